"""Results → text. Renderers only draw: every figure they show is a property of what they are given."""
