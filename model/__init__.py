"""One complaint in, one suggestion out: pure, with neither database nor HTTP."""
