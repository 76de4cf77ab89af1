"""What PagerDuty and Teams take, as JSON Schemas of ours, written from their documentation."""

from typing import Any

PAGERDUTY_EVENT: dict[str, Any] = {
    # https://developer.pagerduty.com/docs/send-alert-event
    "type": "object",
    "required": ["routing_key", "event_action", "dedup_key"],
    "additionalProperties": False,
    "properties": {
        "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
        "client": {"type": "string"},
        "client_url": {"type": "string", "pattern": "^https?://"},
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["href"],
                "additionalProperties": False,
                "properties": {"href": {"type": "string", "pattern": "^https?://"}, "text": {"type": "string"}},
            },
        },
        "payload": {
            "type": "object",
            "required": ["summary", "source", "severity"],
            "additionalProperties": False,
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "source": {"type": "string", "minLength": 1},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"},
                "component": {"type": "string", "minLength": 1},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
        },
    },
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
}

_STYLES = {
    "color": {"enum": ["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"]},
    "weight": {"enum": ["Default", "Lighter", "Bolder"]},
    "size": {"enum": ["Default", "Small", "Medium", "Large", "ExtraLarge"]},
    "fontType": {"enum": ["Default", "Monospace"]},
    "isSubtle": {"type": "boolean"},
}

TEAMS_MESSAGE: dict[str, Any] = {
    # https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook and, for the elements,
    # https://adaptivecards.io/explorer/
    "type": "object",
    "required": ["type", "attachments"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "message"},
        "attachments": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["contentType", "content"],
                "additionalProperties": False,
                "properties": {
                    "contentType": {"const": "application/vnd.microsoft.card.adaptive"},
                    "contentUrl": {"type": "null"},
                    "content": {"$ref": "#/$defs/card"},
                },
            },
        },
    },
    "$defs": {
        "card": {
            "type": "object",
            "required": ["type", "version", "body"],
            "additionalProperties": False,
            "properties": {
                "$schema": {"const": "http://adaptivecards.io/schemas/adaptive-card.json"},
                "type": {"const": "AdaptiveCard"},
                "version": {"enum": ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]},
                "fallbackText": {"type": "string"},
                "msteams": {"const": {"width": "Full"}},
                "body": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/element"}},
                "actions": {
                    "type": "array",
                    "maxItems": 6,
                    "items": {
                        "type": "object",
                        "required": ["type", "url"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "Action.OpenUrl"},
                            "title": {"type": "string"},
                            "url": {"type": "string", "pattern": "^https?://"},
                        },
                    },
                },
            },
        },
        "element": {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["type", "text"],
                    "additionalProperties": False,
                    "properties": {
                        "type": {"const": "TextBlock"},
                        "text": {"type": "string", "minLength": 1},
                        "wrap": {"const": True},
                        "spacing": {"enum": ["Default", "None", "Small", "Medium", "Large", "ExtraLarge", "Padding"]},
                        **_STYLES,
                    },
                },
                {
                    "type": "object",
                    "required": ["type", "facts"],
                    "additionalProperties": False,
                    "properties": {
                        "type": {"const": "FactSet"},
                        "facts": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["title", "value"],
                                "additionalProperties": False,
                                "properties": {"title": {"type": "string"}, "value": {"type": "string"}},
                            },
                        },
                    },
                },
                {
                    "type": "object",
                    "required": ["type", "inlines"],
                    "additionalProperties": False,
                    "properties": {
                        "type": {"const": "RichTextBlock"},
                        "inlines": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "required": ["type", "text"],
                                "additionalProperties": False,
                                "properties": {"type": {"const": "TextRun"}, "text": {"type": "string"}, **_STYLES},
                            },
                        },
                    },
                },
            ]
        },
    },
}
