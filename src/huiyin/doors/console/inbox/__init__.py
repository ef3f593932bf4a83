"""The inbox: what the clocks and colleagues told somebody."""
