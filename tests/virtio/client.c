/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "queue.h"

#include <dmalab.h>

struct ring {
	const struct plan *plan;
	struct tally *tally;
	struct virtio_device vdev;
	struct virtio_hardware hw;
	struct virtqueue *vq;
	spinlock_t lock;
	uint32_t random;

	unsigned int made;        /* requests that the ring took, */
	unsigned int outstanding; /* and of them those that have not come back */
	bool notified, interrupt, woken;
	unsigned int completed;
};

/* ----------------------------------------------- between driver and device */

static struct ring *ring_of(struct virtqueue *vq)
{
	return container_of(vq->vdev, struct ring, vdev);
}

/* An interrupt of the device is delivered when the driver has given back its lock. */
static void run_device(struct ring *ring)
{
	unsigned int completed;

	if (hardware_notify(&ring->hw, &completed))
		ring->interrupt = true;
	ring->completed += completed;
}

static bool notify(struct virtqueue *vq)
{
	struct ring *ring = ring_of(vq);

	ring->notified = true;
	run_device(ring);
	return true;
}

static void wake(struct virtqueue *vq)
{
	struct ring *ring = ring_of(vq);

	virtqueue_disable_cb(vq);
	ring->woken = true;
	ring->tally->interrupts++;
}

static void deliver(struct ring *ring)
{
	if (!ring->interrupt)
		return;
	ring->interrupt = false;
	dmalab_irq_enter();
	if (vring_interrupt(0, ring->vq) != IRQ_HANDLED)
		complain("the driver finds nothing to do in an interrupt");
	dmalab_irq_exit();
}

/* ---------------------------------------------------------- the driver's work */

/* Whether the ring took it. */
static bool post(struct ring *ring)
{
	struct request *request = request_new(ring->made);
	unsigned long flags;
	int err = -ENOMEM;

	if (request) {
		spin_lock_irqsave(&ring->lock, flags);
		err = request_add(request, ring->vq, GFP_ATOMIC);
		spin_unlock_irqrestore(&ring->lock, flags);
	}
	if (!err) {
		ring->made++;
		ring->outstanding++;
		return true;
	}
	if (request)
		request_free(request);
	if (err != -ENOSPC && !ring->plan->may_fail)
		complain("request %u: error %d", ring->made, -err);
	return false;
}

static void kick(struct ring *ring)
{
	unsigned long flags;
	bool needed;

	spin_lock_irqsave(&ring->lock, flags);
	needed = virtqueue_kick_prepare(ring->vq);
	spin_unlock_irqrestore(&ring->lock, flags);
	if (needed)
		virtqueue_notify(ring->vq);
}

static void take_back(struct ring *ring)
{
	struct request *request;
	unsigned int len;

	while (!failed() && (request = virtqueue_get_buf(ring->vq, &len))) {
		request_check(request, len);
		ring->tally->bytes += len;
		ring->tally->requests++;
		ring->outstanding--;
		request_free(request);
	}
}

static bool listen(struct ring *ring)
{
	return ring->plan->delayed ? virtqueue_enable_cb_delayed(ring->vq) :
				     virtqueue_enable_cb(ring->vq);
}

static void drain(struct ring *ring)
{
	unsigned int before;

	deliver(ring);
	if (!ring->woken)
		return;
	ring->woken = false;
	do {
		before = ring->outstanding;
		virtqueue_disable_cb(ring->vq);
		take_back(ring);
	} while (!failed() && !listen(ring) && before != ring->outstanding);
	if (virtqueue_is_broken(ring->vq))
		complain("the driver gave up the ring");
}

/* The device completes what it has kept. */
static void finish(struct ring *ring)
{
	ring->hw.keep = 0;
	run_device(ring);
	drain(ring);
	if (!failed() && ring->outstanding)
		complain("%u requests do not come back", ring->outstanding);
}

static void do_round(struct ring *ring)
{
	unsigned int wanted = 1 + shuffle(&ring->random) % ring->plan->size, posted = 0;

	ring->hw.keep = shuffle(&ring->random) % 3;
	ring->notified = false;
	ring->completed = 0;
	while (!failed() && posted < wanted && post(ring))
		posted++;
	kick(ring);
	if (posted && !ring->notified)
		complain("the device has not been notified");
	if (ring->completed && !ring->plan->delayed && !ring->interrupt)
		complain("the driver has not been interrupted");
	drain(ring);
	if (!posted)
		finish(ring);
}

/* ------------------------------------------------------- its beginning and end */

static int stop_device(struct virtqueue *vq)
{
	hardware_reset(&ring_of(vq)->hw);
	return 0;
}

static int start_device(struct virtqueue *vq)
{
	struct ring *ring = ring_of(vq);

	hardware_reset(&ring->hw);
	ring->hw.size = (uint16_t)virtqueue_get_vring_size(vq);
	ring->hw.desc = virtqueue_get_desc_addr(vq);
	ring->hw.driver = virtqueue_get_avail_addr(vq);
	ring->hw.device = virtqueue_get_used_addr(vq);
	ring->made = 0;
	ring->woken = ring->interrupt = false;
	return 0;
}

static const struct virtio_config_ops operations = {
	.disable_vq_and_reset = stop_device,
	.enable_vq_after_reset = start_device,
};

static void detached(struct virtqueue *vq, void *request)
{
	struct ring *ring = ring_of(vq);

	request_free(request);
	ring->outstanding--;
	ring->tally->detached++;
}

/* Requests that the device has taken and will not complete, and others it never saw. */
static void leave_some(struct ring *ring)
{
	ring->hw.keep = RING_MAX;
	for (int i = 0; i < 3; i++)
		post(ring);
	kick(ring);
	for (int i = 0; i < 3; i++)
		post(ring);
	deliver(ring);
}

static void work(struct ring *ring)
{
	for (unsigned int i = 0; i < ring->plan->rounds && !failed(); i++)
		do_round(ring);
	finish(ring);
	ring->tally->wraps += ring->made / ring->hw.size;
	leave_some(ring);
}

static void resize(struct ring *ring)
{
	int err = resize_queue(ring->vq, ring->plan->resize, detached);

	if (err && !(err == -ENOMEM && ring->plan->may_fail))
		complain("resizing: error %d", -err);
	else if (ring->outstanding)
		complain("%u requests lost at resizing", ring->outstanding);
}

static void remove_ring(struct ring *ring)
{
	void *request;

	stop_device(ring->vq);
	while ((request = virtqueue_detach_unused_buf(ring->vq)))
		detached(ring->vq, request);
	if (ring->outstanding)
		complain("%u requests lost at the end", ring->outstanding);
	vring_del_virtqueue(ring->vq);
}

void run_ring(struct device *dev, const struct plan *plan, struct tally *tally)
{
	struct ring ring = {
		.plan = plan,
		.tally = tally,
		.random = plan->seed,
		.vdev = { .dev.parent = dev, .features = plan->features, .config = &operations },
		.hw = { .dev = dev, .features = plan->features },
	};

	spin_lock_init(&ring.lock);
	spin_lock_init(&ring.vdev.vqs_list_lock);
	ring.vdev.vqs = (struct list_head)LIST_HEAD_INIT(ring.vdev.vqs);
	ring.vq = vring_create_virtqueue(0, plan->size, 64, &ring.vdev, true, false, false, notify,
					 wake, "requests");
	if (!ring.vq) {
		if (!plan->may_fail)
			complain("no ring of %u descriptors", plan->size);
		return;
	}
	ring.vq->num_max = RING_MAX;
	start_device(ring.vq);
	work(&ring);
	if (plan->resize && !failed()) {
		resize(&ring);
		work(&ring);
	}
	remove_ring(&ring);
	tally->rings++;
}
