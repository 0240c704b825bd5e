/* status.h - what forward() returns, one row each, in the order of the codes:
 *   STATUS(name, name in the generated header, text for people) */
#ifdef STATUS
STATUS(ok,        "OK",              "no error")
STATUS(argument,  "ERROR_ARGUMENT",  "a pointer is NULL, or the number of threads is not in 1..1024")
STATUS(batch,     "ERROR_BATCH",     "the batch is empty or larger than the code was compiled for")
STATUS(alignment, "ERROR_ALIGNMENT", "arena and weights must begin at a multiple of 64 bytes")
STATUS(processor, "ERROR_PROCESSOR", "this processor lacks AVX2 or FMA")
STATUS(file,      "ERROR_FILE",      "the weights file cannot be opened or mapped")
STATUS(format,    "ERROR_FORMAT",    "these are no weights of nncc")
STATUS(version,   "ERROR_VERSION",   "the weights are in the format of another version of nncc")
STATUS(model,     "ERROR_MODEL",     "the weights belong to another model")
STATUS(layout,    "ERROR_LAYOUT",    "the weights were packed for other code of this model")
STATUS(truncated, "ERROR_TRUNCATED", "the weights file is not as long as it says")
#undef STATUS
#endif
