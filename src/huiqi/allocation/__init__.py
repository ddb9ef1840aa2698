"""Who gets what when there is not enough (资金分配、用地配置), and what it will cost in which year."""
