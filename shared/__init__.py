"""What phone and server must agree on: facts of the wire, rules, moves, problems. No Django, no Kivy."""
