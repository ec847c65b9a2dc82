"""One presenter for each screen: takes what the officer does, asks services, gives the screen a frozen state."""
