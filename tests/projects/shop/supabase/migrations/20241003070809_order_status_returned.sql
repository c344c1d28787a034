alter type order_status add value if not exists 'returned' after 'delivered';
