"""The portal: huiqi as a service, with users, a clock and storage; everything about the law comes from the library."""
