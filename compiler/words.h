/* words.h - the words of the spec language that are not operations, one row each, and their keys. What ir/ops.h is for
 * operations this is for structure: the parser, "did you mean", `nncc --ops` and the JSON schema are derived from it.
 *
 *   WORD(name, kind, meaning)                  kind: STRUCTURE can stand among layers; PART is a part of a spec
 *   FIELD(word, key, type, default, meaning)   default: "!" required, "" optional, or its value
 * types: NAME text, $x and ${...} replaced   LABEL name of a tensor    LABELS one or several
 *        CONDITION true or false             COUNT whole number        NUMBER real number
 *        VALUE any value                     VALUES map of values, PARAMETERS with descriptions
 *        LOOPS map of lists of values
 *        CHOICE one of the words in meaning  LAYERS list of layers     PATHS list of lists of layers
 *        PAIRS one number or two             NUMBERS list of numbers   OTHER described in its own right */
#ifdef WORD
WORD(spec,       PART,      "a whole spec: the keys of the file")
WORD(parameter,  PART,      "an entry of params or args that says more than its default: depth: {default: 50, one_of: [18, 50]}")
WORD(requirement, PART,     "an entry of require")
WORD(block,      PART,      "an entry of blocks: layers with arguments, used like an operation")
WORD(preprocess, PART,      "how a picture becomes the input")
WORD(layer,      PART,      "keys that every operation, structure and block takes")
WORD(sequential, STRUCTURE, "layers in a row that are numbered NAME.0, NAME.1, ... like PyTorch's nn.Sequential; a repeat without name adds its layers to the row")
WORD(repeat,     STRUCTURE, "a block or layers several times over; with a name the repetitions are NAME.0, NAME.1, ...; `index` counts from 0; further keys are the block's arguments")
WORD(residual,   STRUCTURE, "layers, and the sum of their result and a shortcut around them")
WORD(shortcut,   PART,      "a residual's shortcut, where the kind alone does not say enough")
WORD(branches,   STRUCTURE, "parallel paths from one input, joined; identical ones (times) own one stacked parameter per name")
WORD(split,      STRUCTURE, "channels in equal parts, each on its own path, joined (Res2Net)")
WORD(norm,       STRUCTURE, "the normalisation that a parameter chooses")
#undef WORD
#endif
#ifdef FIELD
FIELD(spec, name,           NAME,      "!", "of the network")
FIELD(spec, extends,        NAME,      "",  "another spec, beside this one, that this one begins with; keys given here take the place of its keys, entries of params, let and blocks that of its entries")
FIELD(spec, input,          NUMBERS,   "!", "[channels, height, width]")
FIELD(spec, params,         PARAMETERS,   "",  "what `--set` may change, and defaults")
FIELD(spec, let,            VALUES,    "",  "names for values; a table {by: depth, 18: ..., 50: ...} looks one up")
FIELD(spec, require,        OTHER,     "",  "conditions that must hold: [{that: depth % 6 == 2, otherwise: depth is 6n + 2}]")
FIELD(spec, blocks,         OTHER,     "",  "layers with arguments, by name")
FIELD(spec, layers,         LAYERS,    "!", "the network")
FIELD(spec, replace,        OTHER,     "",  "layer by full name (fc, layer4.0.conv2, classifier.6): the layer or list of layers to take instead; [] takes it out")
FIELD(spec, append,         LAYERS,    "",  "layers after the others")
FIELD(spec, preprocess,     OTHER,     "",  "how a picture becomes the input")
FIELD(parameter, default,   VALUE,     "",  "its value where nothing else is said; without it the argument is required")
FIELD(parameter, one_of,    OTHER,     "",  "the list of values it may take")
FIELD(parameter, low,       NUMBER,    "",  "its smallest value")
FIELD(parameter, high,      NUMBER,    "",  "its largest value")
FIELD(parameter, meaning,   NAME,      "",  "for readers")
FIELD(requirement, that,    CONDITION, "!", "what must be true")
FIELD(requirement, otherwise, NAME,    "",  "the message where it is not")
FIELD(block, args,          PARAMETERS,   "",  "arguments: ~ where a call must give one, else its default")
FIELD(block, let,           VALUES,    "",  "names for values; in_channels is the block's input here")
FIELD(block, body,          LAYERS,    "!", "the layers")
FIELD(preprocess, resize,   COUNT,     "",  "length of the shorter side after resizing")
FIELD(preprocess, crop,     PAIRS,     "",  "[height, width] cut out of the centre")
FIELD(preprocess, mean,     NUMBERS,   "",  "of each channel, subtracted from values in 0..1")
FIELD(preprocess, std,      NUMBERS,   "",  "of each channel, divides after that")
FIELD(layer, name,          NAME,      "",  "of its parameters, below the names around it")
FIELD(layer, if,            CONDITION, "",  "false: the layer is not there")
FIELD(layer, from,          LABELS,    "",  "what it reads instead of the layer before: labels, or `input`, or `previous`; add, mul and concat read a list")
FIELD(layer, as,            LABEL,     "",  "a label for its result, for later layers of the same or an inner list")
FIELD(sequential, body,     LAYERS,    "!", "the layers")
FIELD(repeat, block,        CHOICE,    "",  "the block to repeat")
FIELD(repeat, body,         LAYERS,    "",  "or the layers to repeat")
FIELD(repeat, times,        COUNT,     "",  "how often")
FIELD(repeat, for,          LOOPS,     "",  "or once for each element of lists, which must be equally long: {width: [64, 128], depth: [2, 3]}")
FIELD(repeat, first,        VALUES,    "",  "arguments that differ for the first repetition")
FIELD(repeat, last,         VALUES,    "",  "arguments that differ for the last repetition")
FIELD(residual, body,       LAYERS,    "!", "the layers that are bridged")
FIELD(residual, shortcut,   OTHER,     "identity", "none (no sum), identity, A (subsampled, zero channels appended), B (projection where the shape changes), C (projection always), or a map")
FIELD(shortcut, kind,       CHOICE,    "!", "none, identity, A, B or C")
FIELD(shortcut, name,       NAME,      "downsample", "of the projection: its convolution is NAME.0, its normalisation NAME.1")
FIELD(shortcut, norm,       OTHER,     "bn", "the projection's normalisation: a kind, or the keys of norm")
FIELD(shortcut, stride,     PAIRS,     "",  "of the projection; default: what the shapes ask for")
FIELD(branches, join,       CHOICE,    "!", "add, concat or mul")
FIELD(branches, paths,      PATHS,     "",  "the paths, each a list of layers; [] is the input itself")
FIELD(branches, times,      COUNT,     "",  "or the number of identical paths")
FIELD(branches, body,       LAYERS,    "",  "and the layers of each")
FIELD(split, parts,         COUNT,     "!", "how many")
FIELD(split, body,          LAYERS,    "!", "the path of each part; `index` counts from 0")
FIELD(split, last,          LAYERS,    "",  "the path of the last part, if another; [] passes it on")
FIELD(split, chain,         CONDITION, "false", "add the result of the part before to each part but the first; not to one that takes `last`")
FIELD(split, join,          CHOICE,    "concat", "add, concat or mul")
FIELD(norm, kind,           CHOICE,    "!", "bn, ln, in, gn or none")
FIELD(norm, groups,         COUNT,     "8", "of gn")
FIELD(norm, eps,            NUMBER,    "1e-5", "added to the variance")
FIELD(norm, momentum,       NUMBER,    "0.1", "of bn: weight of the newest batch in the running statistics")
FIELD(norm, affine,         CONDITION, "true", "of in: learned scale and shift")
#undef FIELD
#endif
