"""Slack's limits as numbers: characters are Python code points, counts are items."""

from typing import Final, Literal

Surface = Literal["message", "modal", "home"]

BLOCKS: Final[dict[Surface, int]] = {"message": 50, "modal": 100, "home": 100}

# A message as a whole.
MESSAGE_TEXT: Final = 40_000  # longer is cut by chat.postMessage and refused by chat.update
MARKDOWN: Final = 12_000  # over all markdown blocks and chunks of one payload together
TABLE_CHARACTERS: Final = 10_000  # over all cells of all tables of one message
TABLES: Final = 1  # Slack has answered only_one_table_allowed to a second one; one is safe everywhere
CHARTS: Final = 2
ATTACHMENTS: Final = 100
USERNAME: Final = 80  # a display name in Slack ends here

# Ids and composition objects.
ID: Final = 255
TEXT: Final = 3_000  # any text object without a tighter limit of its own
URL: Final = 3_000
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
OPTION_DESCRIPTION: Final = 75
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30

# Blocks.
SECTION_TEXT: Final = 3_000
SECTION_FIELDS: Final = 10
SECTION_FIELD: Final = 2_000
HEADER_TEXT: Final = 150
CONTEXT_ELEMENTS: Final = 10
ACTIONS_ELEMENTS: Final = 25
CONTEXT_ACTIONS_ELEMENTS: Final = 5
IMAGE_ALT: Final = 2_000
IMAGE_TITLE: Final = 2_000
INPUT_LABEL: Final = 2_000
INPUT_HINT: Final = 2_000
TABLE_ROWS: Final = 100
TABLE_CELLS: Final = 20
DATA_TABLE_ROWS: Final = 101  # the header and a hundred
DATA_TABLE_PAGE: Final = 100
CARD_TITLE: Final = 150
CARD_BODY: Final = 200
CARD_BUTTONS: Final = 3
CAROUSEL_CARDS: Final = 10
CONTAINER_CHILDREN: Final = 10
CONTAINER_TITLE: Final = 150
ALERT_TEXT: Final = 200
TASK_TITLE: Final = 256
PLAN_TASKS: Final = 50  # no number is published; as many as blocks
VIDEO_TITLE: Final = 199
VIDEO_AUTHOR: Final = 49
CHART_TITLE: Final = 50
CHART_LABEL: Final = 20
CHART_SERIES: Final = 12
CHART_POINTS: Final = 20

# Elements.
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
PLACEHOLDER: Final = 150
SELECT_OPTIONS: Final = 100
CHOICE_OPTIONS: Final = 10  # checkboxes and radio buttons
OVERFLOW_OPTIONS: Final = 5
INPUT_CHARACTERS: Final = 3_000
INPUT_FILES: Final = 10
VISIBLE_TO: Final = 10

# Views.
VIEW_TITLE: Final = 24
PRIVATE_METADATA: Final = 3_000
VIEW_BYTES: Final = 250_000

# Streams.
STREAM_BLOCKS: Final = 50
