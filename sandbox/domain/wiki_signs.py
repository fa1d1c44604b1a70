"""Signs of wiki text that stand for something else: emoticons and panel colours."""

#: Emoticon to emoji short name and character.
EMOTICONS: dict[str, tuple[str, str]] = {
    ":)": (":slight_smile:", "🙂"),
    ":(": (":disappointed:", "😞"),
    ":P": (":stuck_out_tongue:", "😛"),
    ":D": (":smiley:", "😃"),
    ";)": (":wink:", "😉"),
    "(y)": (":thumbsup:", "👍"),
    "(n)": (":thumbsdown:", "👎"),
    "(i)": (":info:", "ℹ️"),
    "(/)": (":check_mark:", "✅"),
    "(x)": (":cross_mark:", "❌"),
    "(!)": (":warning:", "⚠️"),
    "(+)": (":plus:", "➕"),
    "(-)": (":minus:", "➖"),
    "(?)": (":question:", "❓"),
    "(on)": (":bulb_on:", "💡"),
    "(off)": (":bulb:", "💡"),
    "(*)": (":star:", "⭐"),
    "(*r)": (":red_star:", "⭐"),
    "(*g)": (":green_star:", "⭐"),
    "(*b)": (":blue_star:", "⭐"),
    "(*y)": (":yellow_star:", "⭐"),
}
EMOTICON_OF = {name: sign for sign, (name, _) in EMOTICONS.items()}

#: Panel type to the background that Jira Cloud writes for it.
PANEL_COLOURS = {
    "info": "#deebff",
    "note": "#eae6ff",
    "success": "#e3fcef",
    "warning": "#fffae6",
    "error": "#ffebe6",
}
PANEL_TYPES = {colour: kind for kind, colour in PANEL_COLOURS.items()}
#: Macros that are panels of one type.
PANEL_MACROS = {"info": "info", "note": "note", "tip": "success", "warning": "warning"}

#: Colour names that ``{color:red}`` may have, as ADF wants them.
COLOURS = {
    "black": "#000000",
    "blue": "#0000ff",
    "brown": "#a52a2a",
    "cyan": "#00ffff",
    "gray": "#808080",
    "green": "#008000",
    "grey": "#808080",
    "lime": "#00ff00",
    "magenta": "#ff00ff",
    "maroon": "#800000",
    "navy": "#000080",
    "olive": "#808000",
    "orange": "#ffa500",
    "pink": "#ffc0cb",
    "purple": "#800080",
    "red": "#ff0000",
    "silver": "#c0c0c0",
    "teal": "#008080",
    "white": "#ffffff",
    "yellow": "#ffff00",
}
