"""Device models that can fail: component data, and the SPICE text that stands for each of them."""

from voltsmith.knowledge.devices._cards import model_card
from voltsmith.knowledge.devices._instances import instance_lines
from voltsmith.knowledge.devices._library import component, components
from voltsmith.knowledge.devices._names import model_name
from voltsmith.knowledge.devices._values import format_value, parse_value
from voltsmith.knowledge.devices._variations import Variation, variations

__all__ = [
    "Variation",
    "component",
    "components",
    "format_value",
    "instance_lines",
    "model_card",
    "model_name",
    "parse_value",
    "variations",
]
