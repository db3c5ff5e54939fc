// SPDX-License-Identifier: MIT
/*
 * A network stack that is just large enough: interfaces go up and down, packets are sent, and what
 * a driver receives is loaded as the stack would and given to the test.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "side.h"

#define NR_INTERFACES 16

static struct net_device *interfaces[NR_INTERFACES];
static LIST_HEAD(polls); /* of struct napi_struct, by poll_list */

DEFINE_PER_CPU_ALIGNED(struct softnet_data, softnet_data);

struct net_device *alloc_etherdev_mqs(int size, unsigned int txqs, unsigned int rxqs)
{
	struct net_device *dev = kzalloc(ALIGN(sizeof(*dev), NETDEV_ALIGN) + size, GFP_KERNEL);
	u8 *address = kzalloc(MAX_ADDR_LEN, GFP_KERNEL);
	struct netdev_queue *queues = kcalloc(txqs, sizeof(*queues), GFP_KERNEL);

	if (!dev || !queues || !address) {
		kfree(address);
		kfree(queues);
		kfree(dev);
		return NULL;
	}
	dev->_tx = queues;
	dev->dev_addr = address;
	dev->num_tx_queues = dev->real_num_tx_queues = txqs;
	dev->num_rx_queues = dev->real_num_rx_queues = rxqs;
	for (unsigned int i = 0; i < txqs; i++)
		queues[i].dev = dev;
	INIT_LIST_HEAD(&dev->napi_list);
	INIT_LIST_HEAD(&dev->uc.list);
	INIT_LIST_HEAD(&dev->mc.list);
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_DATA_LEN;
	dev->hard_header_len = ETH_HLEN;
	dev->addr_len = ETH_ALEN;
	dev->flags = IFF_BROADCAST | IFF_MULTICAST;
	memset(dev->broadcast, 0xff, ETH_ALEN);
	strscpy(dev->name, "eth%d", sizeof(dev->name));
	return dev;
}

void free_netdev(struct net_device *dev)
{
	kfree(dev->dev_addr);
	kfree(dev->_tx);
	kfree(dev);
}

void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr, size_t len)
{
	memcpy((u8 *)dev->dev_addr + offset, addr, len);
}

int register_netdev(struct net_device *dev)
{
	int nr = 0;

	while (nr < NR_INTERFACES && interfaces[nr])
		nr++;
	if (nr == NR_INTERFACES)
		return -ENFILE;
	interfaces[nr] = dev;
	snprintf(dev->name, sizeof(dev->name), "eth%d", nr);
	dev->ifindex = nr + 1;
	set_bit(__LINK_STATE_PRESENT, &dev->state);
	dev->reg_state = NETREG_REGISTERED;
	return 0;
}

static int open(struct net_device *dev)
{
	int error = 0;

	if (netif_running(dev))
		return 0;
	set_bit(__LINK_STATE_START, &dev->state);
	if (dev->netdev_ops->ndo_validate_addr)
		error = dev->netdev_ops->ndo_validate_addr(dev);
	if (!error && dev->netdev_ops->ndo_open)
		error = dev->netdev_ops->ndo_open(dev);
	if (error) {
		clear_bit(__LINK_STATE_START, &dev->state);
		return error;
	}
	dev->flags |= IFF_UP | IFF_RUNNING;
	if (dev->netdev_ops->ndo_set_rx_mode)
		dev->netdev_ops->ndo_set_rx_mode(dev);
	return 0;
}

static int stop(struct net_device *dev)
{
	if (!netif_running(dev))
		return 0;
	clear_bit(__LINK_STATE_START, &dev->state);
	if (dev->netdev_ops->ndo_stop)
		dev->netdev_ops->ndo_stop(dev);
	dev->flags &= ~(IFF_UP | IFF_RUNNING);
	return 0;
}

void unregister_netdev(struct net_device *dev)
{
	for (int i = 0; i < NR_INTERFACES; i++)
		if (interfaces[i] == dev)
			interfaces[i] = NULL;
	stop(dev);
	dev->reg_state = NETREG_UNREGISTERED;
}

void synchronize_net(void)
{
	kbh_might_sleep(SITE);
}

/* ------------------------------------------------------------- its state */

void netif_carrier_on(struct net_device *dev)
{
	clear_bit(__LINK_STATE_NOCARRIER, &dev->state);
}

void netif_carrier_off(struct net_device *dev)
{
	set_bit(__LINK_STATE_NOCARRIER, &dev->state);
}

void netif_tx_wake_queue(struct netdev_queue *queue)
{
	clear_bit(__QUEUE_STATE_DRV_XOFF, &queue->state);
}

void netif_schedule_queue(struct netdev_queue *queue)
{
}

void netif_tx_stop_all_queues(struct net_device *dev)
{
	for (unsigned int i = 0; i < dev->num_tx_queues; i++)
		netif_tx_stop_queue(&dev->_tx[i]);
}

void netif_device_detach(struct net_device *dev)
{
	if (test_and_clear_bit(__LINK_STATE_PRESENT, &dev->state) && netif_running(dev))
		netif_tx_stop_all_queues(dev);
}

void netif_device_attach(struct net_device *dev)
{
	if (!test_and_set_bit(__LINK_STATE_PRESENT, &dev->state) && netif_running(dev))
		netif_tx_wake_all_queues(dev);
}

int eth_validate_addr(struct net_device *dev)
{
	return is_valid_ether_addr(dev->dev_addr) ? 0 : -EADDRNOTAVAIL;
}

int eth_mac_addr(struct net_device *dev, void *p)
{
	eth_hw_addr_set(dev, ((struct sockaddr *)p)->sa_data);
	return 0;
}

u32 ethtool_op_get_link(struct net_device *dev)
{
	return netif_carrier_ok(dev);
}

/* ------------------------------------------------------------------ NAPI */

void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi,
			   int (*poll)(struct napi_struct *, int), int weight)
{
	INIT_LIST_HEAD(&napi->poll_list);
	napi->dev = dev;
	napi->poll = poll;
	napi->weight = weight;
	set_bit(NAPI_STATE_SCHED, &napi->state); /* until napi_enable() */
	list_add(&napi->dev_list, &dev->napi_list);
}

void __netif_napi_del(struct napi_struct *napi)
{
	list_del_init(&napi->dev_list);
}

void napi_enable(struct napi_struct *napi)
{
	BUG_ON(!test_bit(NAPI_STATE_SCHED, &napi->state));
	clear_bit(NAPI_STATE_SCHED, &napi->state);
}

/* A poll that is under way is waited for: in one thread, it is run to its end. */
void napi_disable(struct napi_struct *napi)
{
	side_context(SITE);
	kbh_might_sleep(SITE);
	set_bit(NAPI_STATE_DISABLE, &napi->state);
	while (test_bit(NAPI_STATE_SCHED, &napi->state))
		if (!side_run_napi())
			kbh_stop("napi_disable() waits for ever: twice, or before napi_enable()", SITE);
	set_bit(NAPI_STATE_SCHED, &napi->state);
	clear_bit(NAPI_STATE_DISABLE, &napi->state);
}

bool napi_schedule_prep(struct napi_struct *napi)
{
	return !test_bit(NAPI_STATE_DISABLE, &napi->state) &&
	       !test_and_set_bit(NAPI_STATE_SCHED, &napi->state);
}

void __napi_schedule(struct napi_struct *napi)
{
	list_add_tail(&napi->poll_list, &polls);
}

void __napi_schedule_irqoff(struct napi_struct *napi)
{
	__napi_schedule(napi);
}

bool napi_complete_done(struct napi_struct *napi, int work)
{
	list_del_init(&napi->poll_list);
	clear_bit(NAPI_STATE_SCHED, &napi->state);
	return true;
}

bool side_run_napi(void)
{
	struct napi_struct *napi = list_first_entry_or_null(&polls, struct napi_struct, poll_list);

	if (!napi || side_irqs_off() || in_softirq())
		return false;
	list_move_tail(&napi->poll_list, &polls);
	preempt_count_add(SOFTIRQ_OFFSET);
	kbh_context(KB_SOFTIRQ, 1, NULL);
	napi->poll(napi, napi->weight);
	kbh_context(KB_SOFTIRQ, 0, NULL);
	preempt_count_sub(SOFTIRQ_OFFSET);
	return true;
}

/* --------------------------------------------------------------- received */

static void *context_of(const struct net_device *dev);

__be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	__be16 type;

	skb->dev = dev;
	skb_reset_mac_header(skb);
	kbh_read(&type, skb->data + offsetof(struct ethhdr, h_proto), sizeof(type), SITE);
	skb_pull_inline(skb, ETH_HLEN);
	return type;
}

/* All of it is loaded, as by whoever the packet is for. */
static void receive(struct sk_buff *skb, const void *site)
{
	static u8 frame[65536 + ETH_HLEN];
	unsigned int head = skb->data - skb_mac_header(skb);

	if (head + skb->len > sizeof(frame))
		kbh_stop("a packet of more than 64 KiB was received", site);
	kbh_read(frame, skb_mac_header(skb), head, site);
	skb_copy_bits(skb, 0, frame + head, skb->len);
	kbh_frame(context_of(skb->dev), frame, head + skb->len);
	consume_skb(skb);
}

int netif_receive_skb(struct sk_buff *skb)
{
	receive(skb, SITE);
	return NET_RX_SUCCESS;
}

int netif_rx(struct sk_buff *skb)
{
	receive(skb, SITE);
	return NET_RX_SUCCESS;
}

gro_result_t napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	receive(skb, SITE);
	return GRO_NORMAL;
}

/* ------------------------------------------------------------ for the test */

static struct net_device *interface_of(void *pdev)
{
	for (int i = 0; i < NR_INTERFACES; i++)
		if (interfaces[i] && interfaces[i]->dev.parent == pdev + offsetof(struct pci_dev, dev))
			return interfaces[i];
	return NULL;
}

static void *context_of(const struct net_device *dev)
{
	return side_context_of(to_pci_dev(dev->dev.parent));
}

int kbs_net_open(void *pdev)
{
	struct net_device *dev = interface_of(pdev);
	int error = dev ? open(dev) : -ENODEV;

	side_context(NULL);
	return error;
}

int kbs_net_close(void *pdev)
{
	struct net_device *dev = interface_of(pdev);
	int error = dev ? stop(dev) : -ENODEV;

	side_context(NULL);
	return error;
}

int kbs_net_stopped(void *pdev)
{
	struct net_device *dev = interface_of(pdev);

	return !dev || !netif_running(dev) || !netif_carrier_ok(dev) ||
	       netif_tx_queue_stopped(&dev->_tx[0]);
}

int kbs_net_timeout(void *pdev)
{
	struct net_device *dev = interface_of(pdev);

	if (!dev || !dev->netdev_ops->ndo_tx_timeout)
		return -ENODEV;
	dev->netdev_ops->ndo_tx_timeout(dev, 0);
	side_context(NULL);
	return 0;
}

/* The part behind @linear is a page of its own. */
static struct sk_buff *packet(struct net_device *dev, const u8 *frame, size_t len, size_t linear)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, max_t(size_t, linear, ETH_ZLEN));
	struct page *page = linear < len ? alloc_page(GFP_KERNEL) : NULL;

	if (!skb || (linear < len && !page))
		kbh_stop("no memory for a packet to send", SITE);
	skb_put_data(skb, frame, linear);
	skb_reset_mac_header(skb);
	skb->protocol = ((struct ethhdr *)frame)->h_proto;
	if (!page)
		return skb;
	memcpy(page_address(page), frame + linear, len - linear);
	skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	return skb;
}

int kbs_net_send(void *pdev, const void *frame, kb_size len, kb_size linear)
{
	struct net_device *dev = interface_of(pdev);
	struct sk_buff *skb;
	netdev_tx_t result;

	if (!dev || kbs_net_stopped(pdev))
		return dev ? -EBUSY : -ENODEV;
	if (linear > len || len - linear > PAGE_SIZE || linear < ETH_HLEN ||
	    (linear < len && !(dev->features & NETIF_F_SG)))
		return -EINVAL;
	skb = packet(dev, frame, len, linear);
	local_bh_disable();
	result = dev->netdev_ops->ndo_start_xmit(skb, dev);
	local_bh_enable();
	if (result == NETDEV_TX_OK)
		return 0;
	consume_skb(skb);
	return -EBUSY;
}
