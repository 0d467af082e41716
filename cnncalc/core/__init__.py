"""What a network is and costs: layers, shapes, formulas, the graph, its counts. Needs the standard library alone."""
