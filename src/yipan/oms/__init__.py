"""Order management (OMS, 订单中心): channel orders, sourcing, fulfillment."""
