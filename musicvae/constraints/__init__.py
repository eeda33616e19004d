"""What music must keep to: what is asked, compiled to masks for each step, and checked."""
