"""What a kernel puts on the wire on our behalf, in frames."""

CONNECTION_FRAMES = 8  # SYN, its retransmit, handshake, request, two acknowledgements, close
TLS_FRAMES = 5  # hello, key exchange, finished, and their acknowledgements
MEMBERSHIP_FRAMES = 2  # IGMP says everything twice (RFC 3376, 8.1)
ARP_REPEATS_S = (1.015, 2.04)  # when a kernel asks again for a neighbour that does not answer
