/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "queue.h"

/* Memory of one piece: of kmalloc(), or pages into which it begins somewhere. */
struct buffer {
	uint8_t *bytes;
	struct page *pages;
};

#define PAGES_ORDER 1

struct request {
	unsigned int number;
	struct shape shape;
	struct buffer out[PIECES_MAX], in[PIECES_MAX];
	struct scatterlist out_list[PIECES_MAX], in_list[PIECES_MAX];
};

static bool buffer_new(struct buffer *buffer, uint32_t len, unsigned int salt)
{
	if (salt % 4) {
		buffer->bytes = kmalloc(len, GFP_KERNEL);
		return buffer->bytes;
	}
	buffer->pages = alloc_pages(GFP_KERNEL, PAGES_ORDER);
	if (!buffer->pages)
		return false;
	/* Over the boundary between the pages, where it is long enough. */
	buffer->bytes = (uint8_t *)page_address(buffer->pages) + 2048 + salt % 16 * 128;
	return true;
}

static void buffer_free(struct buffer *buffer)
{
	if (buffer->pages)
		__free_pages(buffer->pages, PAGES_ORDER);
	else
		kfree(buffer->bytes);
}

static void list_piece(struct scatterlist *sg, const struct buffer *buffer, uint32_t len)
{
	if (buffer->pages)
		sg_set_page(sg, buffer->pages, len,
			    (unsigned int)(buffer->bytes -
					   (uint8_t *)page_address(buffer->pages)));
	else
		sg_set_buf(sg, buffer->bytes, len);
}

static bool fill_out(struct request *request)
{
	uint32_t done = 0;

	for (unsigned int i = 0; i < request->shape.nr_out; i++) {
		uint32_t len = request->shape.out[i];

		if (!buffer_new(&request->out[i], len, request->number + i))
			return false;
		for (uint32_t k = 0; k < len; k++)
			request->out[i].bytes[k] = byte_of(request->number, WAY_OUT, done++);
		list_piece(&request->out_list[i], &request->out[i], len);
	}
	return true;
}

/* What the device will write over is dirty in the cache when it is mapped. */
static bool fill_in(struct request *request)
{
	for (unsigned int i = 0; i < request->shape.nr_in; i++) {
		uint32_t len = request->shape.in[i];

		if (!buffer_new(&request->in[i], len, request->number + i + 2))
			return false;
		for (uint32_t k = 0; k < len; k++)
			request->in[i].bytes[k] = 0xee;
		list_piece(&request->in_list[i], &request->in[i], len);
	}
	return true;
}

struct request *request_new(unsigned int number)
{
	struct request *request = kzalloc(sizeof(*request), GFP_KERNEL);

	if (!request)
		return NULL;
	request->number = number;
	shape_of(&request->shape, number);
	sg_init_table(request->out_list, request->shape.nr_out);
	sg_init_table(request->in_list, request->shape.nr_in);
	if (fill_out(request) && fill_in(request))
		return request;
	request_free(request);
	return NULL;
}

void request_free(struct request *request)
{
	for (unsigned int i = 0; i < PIECES_MAX; i++) {
		buffer_free(&request->out[i]);
		buffer_free(&request->in[i]);
	}
	kfree(request);
}

unsigned int request_number(const struct request *request)
{
	return request->number;
}

/* Each piece as a list of its own. */
static int add_singly(struct request *request, struct virtqueue *vq, gfp_t gfp)
{
	struct scatterlist *lists[2 * PIECES_MAX];
	unsigned int n = 0;

	for (unsigned int i = 0; i < request->shape.nr_out; i++) {
		sg_mark_end(&request->out_list[i]);
		lists[n++] = &request->out_list[i];
	}
	for (unsigned int i = 0; i < request->shape.nr_in; i++) {
		sg_mark_end(&request->in_list[i]);
		lists[n++] = &request->in_list[i];
	}
	return virtqueue_add_sgs(vq, lists, request->shape.nr_out, request->shape.nr_in,
				 request, gfp);
}

int request_add(struct request *request, struct virtqueue *vq, gfp_t gfp)
{
	struct scatterlist *lists[] = { request->out_list, request->in_list };
	const struct shape *shape = &request->shape;

	if (!shape->nr_in)
		return virtqueue_add_outbuf(vq, request->out_list, shape->nr_out, request, gfp);
	if (!shape->nr_out)
		return virtqueue_add_inbuf(vq, request->in_list, shape->nr_in, request, gfp);
	if (request->number % 4 < 2)
		return add_singly(request, vq, gfp);
	return virtqueue_add_sgs(vq, lists, 1, 1, request, gfp);
}

void request_check(const struct request *request, uint32_t written)
{
	uint32_t done = 0;

	if (written != request->shape.written) {
		complain("request %u: the driver is told of %u bytes for %u", request->number,
			 written, request->shape.written);
		return;
	}
	for (unsigned int i = 0; i < request->shape.nr_in; i++) {
		for (uint32_t k = 0; k < request->shape.in[i] && done < written; k++, done++) {
			uint8_t right = byte_of(request->number, WAY_IN, done);

			if (request->in[i].bytes[k] != right) {
				complain("request %u: the driver reads %#x for %#x, byte %u of piece %u",
					 request->number, request->in[i].bytes[k], right, k, i);
				return;
			}
		}
	}
}
