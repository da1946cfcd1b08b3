/*
 * bench_fill - measure this machine, and fill a node's store for a benchmark.
 *
 *   bench_fill verify            Ed25519 verifications a second on one core
 *   bench_fill fill DIR N BYTES  put N entries with bodies of BYTES into the
 *                                own log of the node that `erfa init --dir DIR`
 *                                made, as erfad would sign them
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/bytes.h"
#include "proto/crypto.h"
#include "proto/header.h"
#include "daemon/outbox.h"
#include "daemon/store.h"

/* Entries of one transaction. */
#define BATCH 4096

/* Verifications that are timed. */
#define VERIFIES 4000

static double
cpu_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Print how many signatures over 80 bytes one core verifies in a second. */
static int
verify_rate(void)
{
	uint8_t seed[SEED_LEN] = { 7 };
	uint8_t message[80] = { 0 };
	uint8_t sig[SIG_LEN];
	struct crypto_key key;
	double begin;
	int good = 0;
	int i;

	crypto_key_from_seed(seed, &key);
	crypto_sign_with(key.secret, message, sizeof(message), sig);
	begin = cpu_seconds();
	for (i = 0; i < VERIFIES; i++)
		good += crypto_verify(
		    key.public_key, message, sizeof(message), sig);
	if (good != VERIFIES)
		return EXIT_FAILURE;
	(void)printf("%.0f\n", VERIFIES / (cpu_seconds() - begin));
	return EXIT_SUCCESS;
}

/* The key of the node in ${dir}. */
static enum err
read_key(const char *dir, struct crypto_key *ret_key)
{
	char path[4096];
	char line[2 * SEED_LEN + 2] = "";
	uint8_t seed[SEED_LEN];
	FILE *file;
	enum err err = ERR_IO;

	(void)snprintf(path, sizeof(path), "%s/node.key", dir);
	if ((file = fopen(path, "r")) == NULL)
		return ERR_NOENT;
	if (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		err = bytes_unhex(line, seed, SEED_LEN);
	}
	(void)fclose(file);
	if (err == ERR_NONE)
		crypto_key_from_seed(seed, ret_key);
	return err;
}

/* One transaction of up to BATCH entries. */
static enum err
fill_batch(struct store *store, struct outbox *outbox, size_t count,
    uint8_t *body, size_t len)
{
	struct outbox_entry entry = { .kind = 1000 };
	struct store_txn *txn = NULL;
	struct timespec now;
	uint64_t ticket;
	size_t i;
	enum err err;

	if ((err = store_begin(store, true, &txn)) != ERR_NONE)
		return err;
	for (i = 0; err == ERR_NONE && i < count; i++) {
		crypto_random(body, len < 32 ? len : 32);
		entry.body.data = body;
		entry.body.len = len;
		entry.has_record = true;
		crypto_random(entry.record, RECORD_LEN);
		err = outbox_add(outbox, txn, &entry, &ticket);
	}
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (err == ERR_NONE)
		err = outbox_sign(outbox, txn, (uint64_t)now.tv_sec * 1000);
	if (err == ERR_NONE)
		err = store_commit(&txn);
	store_abort(&txn);
	if (err != ERR_NONE) {
		outbox_aborted(outbox);
		return err;
	}
	outbox_committed(outbox);
	return ERR_NONE;
}

static enum err
fill(const char *dir, size_t count, size_t len)
{
	struct outbox_options options = { .org = "dk-791" };
	struct store_options where = { 0 };
	struct outbox *outbox = NULL;
	struct store *store = NULL;
	struct crypto_key key;
	uint8_t *body = calloc(1, len);
	char state[4096];
	char fence[4096];
	size_t batch;
	enum err err;

	(void)snprintf(state, sizeof(state), "%s/state", dir);
	(void)snprintf(fence, sizeof(fence), "%s/run/fence", dir);
	where.dir = state;
	options.key = &key;
	options.fence_path = fence;
	if (body == NULL)
		return ERR_NOMEM;
	memset(body, 'x', len);
	if ((err = read_key(dir, &key)) != ERR_NONE ||
	    (err = store_open(&where, &store)) != ERR_NONE ||
	    (err = outbox_open(store, &options, &outbox)) != ERR_NONE)
		goto out;
	while (count > 0 && err == ERR_NONE) {
		batch = count < BATCH ? count : BATCH;
		err = fill_batch(store, outbox, batch, body, len);
		count -= batch;
	}

out:
	outbox_close(outbox);
	store_close(store);
	free(body);
	return err;
}

int
main(int argc, char *argv[])
{
	enum err err;

	if (crypto_init() != ERR_NONE)
		return EXIT_FAILURE;
	if (argc == 2 && strcmp(argv[1], "verify") == 0)
		return verify_rate();
	if (argc == 5 && strcmp(argv[1], "fill") == 0) {
		err = fill(argv[2], strtoul(argv[3], NULL, 10),
		    strtoul(argv[4], NULL, 10));
		if (err != ERR_NONE)
			(void)fprintf(stderr, "bench_fill: %s\n", err_str(err));
		return err == ERR_NONE ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	(void)fprintf(stderr, "usage: bench_fill verify | fill DIR N BYTES\n");
	return EXIT_FAILURE;
}
