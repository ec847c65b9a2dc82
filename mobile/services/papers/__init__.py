"""The paper of the facts, for signing at the scene: what was noted, never what is thought of it."""
