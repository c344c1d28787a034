"""`bascule demo`: the story of examples/telecom, played on real servers by real pushes."""
