"""What pages know of SpKey's health."""
