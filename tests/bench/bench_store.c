/*
 * bench_store - what keeping entries costs, beside what one Ed25519
 * verification costs in the same run.
 *
 *   bench_store [N [BYTES]]    entries (100,000) and bytes of a body (1,024)
 *
 * Runs of 256 headers and their bodies go through store_add_run() and
 * store_add_body() in transactions of 4,096 entries: together, and as a
 * catch-up does it, headers first and bodies in later transactions.  Making the
 * entries is not measured, syncing them is.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/header.h"
#include "daemon/store.h"
#include "tests/unit/origin.h"
#include "tests/unit/scratch.h"

#define BATCH    4096 /* entries of one transaction */
#define RUNS     (BATCH / BOUNDARY_N)
#define VERIFIES 2000

struct bench {
	struct origin origin;
	struct origin_run *runs; /* RUNS of them */
	uint8_t *bodies;         /* BATCH of len bytes */
	uint32_t len;
	struct store *store;
	struct store_txn *txn;
	double wall;
	double cpu;
	struct timespec wall_from;
	struct timespec cpu_from;
};

static double
seconds(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) +
	    (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

static void
watch_start(struct bench *bench)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &bench->wall_from);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &bench->cpu_from);
}

static void
watch_stop(struct bench *bench)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	bench->wall += seconds(&bench->wall_from, &now);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	bench->cpu += seconds(&bench->cpu_from, &now);
}

static void
must(enum err err, const char *what)
{
	if (err == ERR_NONE)
		return;
	(void)fprintf(stderr, "bench_store: %s: %s\n", what, err_str(err));
	exit(1);
}

/* Verifications a second on one core, now. */
static double
verify_rate(const struct bench *bench)
{
	struct timespec from;
	struct timespec to;
	uint8_t head[HEAD_LEN];
	int i;

	log_head_sign(bench->origin.key.secret, bench->origin.log_id,
	    &bench->origin.tip, 1, head);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < VERIFIES; i++)
		must(log_head_verify(bench->origin.key.public_key, head),
		    "verify");
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return VERIFIES / seconds(&from, &to);
}

/* Make the runs and bodies of one transaction; entry 1 counts as one. */
static void
make_batch(struct bench *bench)
{
	uint64_t n = bench->origin.tip.n + 1;
	size_t i;

	for (i = 0; i < RUNS; i++)
		origin_write(
		    &bench->origin, &bench->runs[i], BOUNDARY_N, bench->len);
	for (i = 0; i < BATCH; i++)
		origin_body(
		    0, n + i, bench->bodies + i * bench->len, bench->len);
}

static void
add_headers(struct bench *bench)
{
	size_t i;

	for (i = 0; i < RUNS; i++)
		must(store_add_run(bench->txn, bench->origin.key.public_key,
			 bench->origin.inc, false, &bench->runs[i].run),
		    "add run");
}

static void
add_bodies(struct bench *bench)
{
	uint64_t first = bench->runs[0].run.first;
	uint8_t salt[SALT_LEN];
	size_t i;

	for (i = 0; i < BATCH; i++) {
		if (first + i == 1)
			continue;
		origin_salt(0, first + i, salt);
		must(store_add_body(bench->txn, bench->origin.log_id, first + i,
			 salt, bench->bodies + i * bench->len, bench->len),
		    "add body");
	}
}

static void
run(struct bench *bench, size_t count, bool together, const char *what)
{
	char *dir = scratch_make();
	const struct store_options options = { .dir = dir };
	double verifies;
	size_t done;

	origin_begin(&bench->origin, 1, together);
	must(store_open(&options, &bench->store), "open");
	bench->wall = 0;
	bench->cpu = 0;
	verifies = verify_rate(bench);
	for (done = 0; done < count; done += BATCH) {
		make_batch(bench);
		watch_start(bench);
		must(store_begin(bench->store, true, &bench->txn), "begin");
		add_headers(bench);
		if (!together) {
			must(store_commit(&bench->txn), "commit");
			must(store_begin(bench->store, true, &bench->txn),
			    "begin");
		}
		add_bodies(bench);
		must(store_commit(&bench->txn), "commit");
		watch_stop(bench);
	}
	verifies = (verifies + verify_rate(bench)) / 2;
	(void)printf("%-28s %7.0f entries/s, %5.2f us CPU each; one core "
		     "verifies %.0f/s: ratio %.2f\n",
	    what, (double)done / bench->wall, 1e6 * bench->cpu / (double)done,
	    verifies, (double)done / bench->wall / verifies);
	store_close(bench->store);
	scratch_remove(dir);
}

int
main(int argc, char **argv)
{
	struct bench bench = { .len = 1024 };
	size_t count = 100000;

	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		bench.len = (uint32_t)strtoul(argv[2], NULL, 10);
	if (count < 1 || bench.len < 1 || bench.len > BODY_MAX) {
		(void)fprintf(stderr, "usage: bench_store [N [BYTES]]\n");
		return 64;
	}
	must(crypto_init(), "crypto");
	bench.runs = calloc(RUNS, sizeof(*bench.runs));
	bench.bodies = calloc(BATCH, bench.len);
	if (bench.runs == NULL || bench.bodies == NULL)
		must(ERR_NOMEM, "memory");
	run(&bench, count, true, "headers with their bodies");
	run(&bench, count, false, "headers first, bodies later");
	free(bench.runs);
	free(bench.bodies);
	return 0;
}
