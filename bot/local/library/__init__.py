"""The sample library: fictional documents about the seed mission. Every company, figure and address in them is invented."""
