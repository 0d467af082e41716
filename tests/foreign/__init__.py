"""Files of other programs, as the tests write them, and the tests of their readers."""
