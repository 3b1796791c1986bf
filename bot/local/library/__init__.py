"""The sample library: fictional documents. Every company, figure and address in them is invented."""
