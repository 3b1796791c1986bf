/** The shortcodes this page knows. Slack knows more; an unknown one is shown as its name between colons. */

const TABLE = `
smile 😄|smiley 😃|grinning 😀|grin 😁|laughing 😆|joy 😂|rofl 🤣|slightly_smiling_face 🙂|upside_down_face 🙃|wink 😉|blush 😊
heart_eyes 😍|star-struck 🤩|thinking_face 🤔|neutral_face 😐|expressionless 😑|face_with_raised_eyebrow 🤨|roll_eyes 🙄|smirk 😏
relieved 😌|sleeping 😴|mask 😷|nerd_face 🤓|sunglasses 😎|face_with_monocle 🧐|confused 😕|worried 😟|open_mouth 😮|flushed 😳
cry 😢|sob 😭|scream 😱|disappointed 😞|sweat 😓|sweat_smile 😅|tired_face 😫|angry 😠|rage 😡|exploding_head 🤯|partying_face 🥳
saluting_face 🫡|shushing_face 🤫|zipper_mouth_face 🤐|hugging_face 🤗|robot_face 🤖|ghost 👻|skull 💀|alien 👽|clown_face 🤡
wave 👋|raised_hand ✋|ok_hand 👌|v ✌️|crossed_fingers 🤞|point_up ☝️|point_right 👉|point_left 👈|point_down 👇|point_up_2 👆
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|fist ✊|clap 👏|raised_hands 🙌|open_hands 👐|handshake 🤝|pray 🙏|muscle 💪|writing_hand ✍️
eyes 👀|brain 🧠|bust_in_silhouette 👤|busts_in_silhouette 👥|speaking_head_in_silhouette 🗣️|detective 🕵️|sleuth_or_spy 🕵️
technologist 🧑‍💻|scientist 🧑‍🔬|artist 🧑‍🎨|judge 🧑‍⚖️|teacher 🧑‍🏫|office_worker 🧑‍💼|astronaut 🧑‍🚀|cook 🧑‍🍳|construction_worker 👷|guardsman 💂
bookkeeper 🧑‍💼|student 🧑‍🎓|factory_worker 🧑‍🏭|mechanic 🧑‍🔧|farmer 🧑‍🌾|man_in_business_suit_levitating 🕴️|mage 🧙|superhero 🦸|ninja 🥷
heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜|black_heart 🖤|broken_heart 💔|sparkling_heart 💖|100 💯
star ⭐|star2 🌟|sparkles ✨|dizzy 💫|boom 💥|fire 🔥|zap ⚡|rainbow 🌈|sunny ☀️|cloud ☁️|snowflake ❄️|droplet 💧|ocean 🌊|earth_americas 🌎|globe_with_meridians 🌐
seedling 🌱|evergreen_tree 🌲|deciduous_tree 🌳|herb 🌿|leaves 🍃|four_leaf_clover 🍀|cactus 🌵|sunflower 🌻|tulip 🌷|rose 🌹|mushroom 🍄
dog 🐶|cat 🐱|fox_face 🦊|bear 🐻|lion_face 🦁|owl 🦉|bee 🐝|honeybee 🐝|bug 🐛|turtle 🐢|octopus 🐙|unicorn_face 🦄|elephant 🐘|penguin 🐧|whale 🐳|eagle 🦅
coffee ☕|tea 🍵|pizza 🍕|cake 🍰|birthday 🎂|cookie 🍪|apple 🍎|lemon 🍋|avocado 🥑|beer 🍺|beers 🍻|champagne 🍾
tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|first_place_medal 🥇|dart 🎯|game_die 🎲|jigsaw 🧩|chess_pawn ♟️|musical_note 🎵|performing_arts 🎭|art 🎨|clapper 🎬
rocket 🚀|airplane ✈️|car 🚗|bike 🚲|ship 🚢|anchor ⚓|construction 🚧|vertical_traffic_light 🚦|rotating_light 🚨|house 🏠|office 🏢|factory 🏭|bank 🏦|classical_building 🏛️
phone ☎️|telephone_receiver 📞|iphone 📱|computer 💻|desktop_computer 🖥️|keyboard ⌨️|floppy_disk 💾|battery 🔋|electric_plug 🔌|bulb 💡|flashlight 🔦|camera 📷|tv 📺|satellite 🛰️|satellite_antenna 📡
mag 🔍|mag_right 🔎|microscope 🔬|telescope 🔭|test_tube 🧪|dna 🧬|petri_dish 🧫|abacus 🧮|compass 🧭|world_map 🗺️|straight_ruler 📏|triangular_ruler 📐
calendar 📅|date 📅|spiral_calendar_pad 🗓️|calendar_spiral 🗓️|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|hourglass ⌛|hourglass_flowing_sand ⏳|watch ⌚|clock1 🕐|clock3 🕒|clock9 🕘
memo 📝|pencil 📝|pencil2 ✏️|lower_left_ballpoint_pen 🖊️|black_nib ✒️|paintbrush 🖌️|page_facing_up 📄|page_with_curl 📃|bookmark_tabs 📑|newspaper 📰|notebook 📓|ledger 📒|books 📚|book 📖|open_book 📖|scroll 📜|bookmark 🔖|label 🏷️
file_folder 📁|open_file_folder 📂|card_index 📇|card_index_dividers 🗂️|file_cabinet 🗄️|wastebasket 🗑️|clipboard 📋|pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗|scissors ✂️|inbox_tray 📥|outbox_tray 📤|package 📦|email 📧|envelope ✉️|mailbox 📫|postbox 📮
chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|moneybag 💰|dollar 💵|euro 💶|credit_card 💳|receipt 🧾|coin 🪙|money_with_wings 💸|briefcase 💼|shopping_trolley 🛒
lock 🔒|unlock 🔓|key 🔑|old_key 🗝️|closed_lock_with_key 🔐|shield 🛡️|hammer 🔨|wrench 🔧|hammer_and_wrench 🛠️|gear ⚙️|nut_and_bolt 🔩|toolbox 🧰|broom 🧹|magnet 🧲|balance_scale ⚖️|scales ⚖️|crossed_swords ⚔️|crystal_ball 🔮
loudspeaker 📢|mega 📣|bell 🔔|no_bell 🔕|speech_balloon 💬|left_speech_bubble 🗨️|thought_balloon 💭|microphone 🎤|studio_microphone 🎙️|headphones 🎧
white_check_mark ✅|ballot_box_with_check ☑️|heavy_check_mark ✔️|x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️|heavy_plus_sign ➕|heavy_minus_sign ➖|question ❓|grey_question ❔|exclamation ❗|bangbang ‼️|interrobang ⁉️
warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|information_source ℹ️|recycle ♻️|infinity ♾️|new 🆕|ok 🆗|sos 🆘|free 🆓|cool 🆒|up 🆙
red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|large_purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛|white_square_button 🔳|small_blue_diamond 🔹|small_orange_diamond 🔸
arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_forward ▶️|arrow_backward ◀️|fast_forward ⏩|rewind ⏪|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|black_right_pointing_triangle_with_double_vertical_bar ⏯️|repeat 🔁|arrows_counterclockwise 🔄|arrows_clockwise 🔃|twisted_rightwards_arrows 🔀|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|back 🔙|soon 🔜|top 🔝
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟|hash #️⃣|1234 🔢|abc 🔤
checkered_flag 🏁|triangular_flag_on_post 🚩|waving_white_flag 🏳️|flag-us 🇺🇸|flag-gb 🇬🇧|flag-de 🇩🇪|flag-fr 🇫🇷|eu 🇪🇺|violin 🎻|drum_with_drumsticks 🥁|magic_wand 🪄|sponge 🧽|thread 🧵|bricks 🧱|ladder 🪜|mirror 🪞
`;

const GLYPHS = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((pair) => pair.split(" ")),
);

export const QUICK_REACTIONS = ["white_check_mark", "eyes", "raised_hands"];

/** The character for a shortcode (colons and skin tone allowed), or undefined. */
export function glyph(name) {
  return GLYPHS.get(
    String(name)
      .replace(/^:|:$/g, "")
      .replace(/::skin-tone-\d$/, ""),
  );
}

/** The character, or the shortcode between colons. */
export function shown(name) {
  return glyph(name) ?? `:${String(name).replace(/^:|:$/g, "")}:`;
}

/** Shortcodes holding `part`, those beginning with it first. */
export function find(part, limit = 200) {
  const wanted = part.toLowerCase();
  const names = [...GLYPHS.keys()].filter((name) => name.includes(wanted));
  names.sort((left, right) => Number(right.startsWith(wanted)) - Number(left.startsWith(wanted)));
  return names.slice(0, limit);
}
