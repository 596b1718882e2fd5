"""What is learnt without sending a packet: what other tools and people recorded."""
