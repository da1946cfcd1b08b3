/*
 * replay - run a fuzz target over its seeds, without libFuzzer.
 *
 * Each seed runs as it is, cut off after every byte, and with every byte
 * inverted in turn (the first MUTATED bytes of it), in memory of exactly its
 * size, so that a sanitizer or valgrind sees a read past the end.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATED ((size_t)2048)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Run the ${len} bytes at ${data}, the one at ${flip} inverted if it is there. */
static int
run(const uint8_t *data, size_t len, size_t flip)
{
	uint8_t *copy = malloc(len);

	if (copy == NULL && len > 0)
		return -1;
	if (len > 0)
		memcpy(copy, data, len);
	if (flip < len)
		copy[flip] ^= 0xff;
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return 0;
}

static int
run_seed(const uint8_t *data, size_t len)
{
	size_t mutated = len < MUTATED ? len : MUTATED;
	size_t i;

	for (i = 0; i < mutated; i++)
		if (run(data, i, i) != 0 || run(data, len, i) != 0)
			return -1;
	return run(data, len, len);
}

/* Read all of ${path}; the caller frees it. */
static uint8_t *
slurp(const char *path, size_t *ret_len)
{
	uint8_t *data = NULL;
	FILE *file = fopen(path, "rb");
	long len;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0 ||
	    fseek(file, 0, SEEK_SET) != 0)
		goto out;
	data = malloc((size_t)len + 1);
	if (data != NULL && fread(data, 1, (size_t)len, file) != (size_t)len) {
		free(data);
		data = NULL;
	}
	*ret_len = (size_t)len;
out:
	(void)fclose(file);
	return data;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	int i;

	name = name == NULL ? argv[0] : name + 1;
	if (argc < 2) {
		printf("not ok %s: it has no seeds\n", name);
		return 1;
	}
	for (i = 1; i < argc; i++) {
		size_t len = 0;
		uint8_t *data = slurp(argv[i], &len);

		if (data == NULL || run_seed(data, len) != 0) {
			printf("not ok %s: cannot run %s\n", name, argv[i]);
			free(data);
			return 1;
		}
		free(data);
	}
	printf("ok %s with %d seeds\n", name, argc - 1);
	return 0;
}
