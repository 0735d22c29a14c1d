"""What is described: processes, pools, calendars, demand, limits, reforms, and the files that hold them."""
