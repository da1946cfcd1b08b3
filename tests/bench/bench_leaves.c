/*
 * bench_leaves - hundreds of simulated leaves, and the store of their hub.
 *
 *   bench_leaves seed DIR N ENTRIES BYTES
 *       have the hub that `erfa init --dir DIR` made vouch for N leaves, and put
 *       their logs into its store, each with ENTRIES bodies of BYTES
 *   bench_leaves run | quick N PROCESSES STORES HUB...
 *       run N leaves in that many processes, each with a copy of the hub's state
 *       in STORES/0, STORES/1 ...; a HUB is host:port/pub_port/hexkey.  "run" has
 *       the timers of erfad, "quick" those of tests/e2e/lib.sh
 *
 * It obeys lines of standard input and answers each with one line:
 *
 *   mark             count connections from now on
 *   live SECONDS N   wait until each leaf has N links in LIVE
 *   same SECONDS     wait until all leaves have the same digest and all bodies
 *   publish N BYTES  N leaves in turn sign an entry; the next one begins when
 *                    all have the one before
 *   burst N BYTES    the same, without waiting, and then until all have all
 *   sign N BYTES     the same, without waiting at all
 *
 * It ends when standard input does.
 */

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/bytes.h"
#include "proto/header.h"
#include "daemon/keyfile.h"
#include "daemon/outbox.h"
#include "daemon/sock.h"
#include "daemon/store.h"
#include "tests/unit/leaf.h"

#define PROCESSES_MAX 16
#define PUBLISH_MAX   1000

/* Leaves are looked after this often; who measures looks more often. */
#define TURN_MS 5
#define LOOK_MS 1

/* What the settings of erfad are by default. */
#define RECONNECT_MAX_MS 60000
#define BACKOFF_MS       5000
#define BACKOFF_MAX_MS   600000

/* What a process of leaves is asked for. */
struct order {
	size_t leaf;
	uint32_t body_len;
};

struct bench {
	struct leaf_board *board;
	size_t count;
	size_t per_process; /* leaves */
	int pipes[PROCESSES_MAX];
	pid_t pids[PROCESSES_MAX];
	struct leaf_hub hubs[LEAF_HUBS];
	size_t nhubs;
	const char *stores;
	bool quick;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- seed ---- */

/* The hub vouches for all leaves, in one commit. */
static enum err
vouch(struct store *store, struct outbox *outbox, size_t count)
{
	struct header_member member = {
		.roles = ROLE_WRITES | ROLE_INTRODUCES,
	};
	struct outbox_entry entry = { .kind = HEADER_MEMBER };
	struct store_txn *txn = NULL;
	struct crypto_key key;
	struct timespec now;
	uint8_t ext[256];
	uint64_t ticket;
	size_t len;
	size_t i;
	enum err err;

	if ((err = store_begin(store, true, &txn)) != ERR_NONE)
		return err;
	for (i = 0; i < count && err == ERR_NONE; i++) {
		leaf_key(i, &key);
		leaf_org(i, member.org);
		memcpy(member.key, key.public_key, KEY_LEN);
		err = header_member_encode(&member, ext, sizeof(ext), &len);
		entry.ext = (struct bytes){ ext, len };
		if (err == ERR_NONE)
			err = outbox_add(outbox, txn, &entry, &ticket);
	}
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (err == ERR_NONE)
		err = outbox_sign(outbox, txn, (uint64_t)now.tv_sec * 1000);
	if (err == ERR_NONE)
		err = store_commit(&txn);
	store_abort(&txn);
	if (err == ERR_NONE)
		outbox_committed(outbox);
	return err;
}

static enum err
seed(const char *dir, size_t count, size_t entries, uint32_t body_len)
{
	struct outbox_options options = { .org = "dk-791" };
	struct store_options where = { 0 };
	struct outbox *outbox = NULL;
	struct store *store = NULL;
	struct crypto_key key;
	uint8_t bytes[SEED_LEN];
	char path[4096];
	char state[4096];
	char fence[4096];
	size_t i;
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/node.key", dir);
	(void)snprintf(state, sizeof(state), "%s/state", dir);
	(void)snprintf(fence, sizeof(fence), "%s/run/fence", dir);
	if ((err = keyfile_read(path, 077, bytes)) != ERR_NONE)
		return err;
	crypto_key_from_seed(bytes, &key);
	where.dir = state;
	options.key = &key;
	options.fence_path = fence;
	if ((err = store_open(&where, &store)) != ERR_NONE ||
	    (err = outbox_open(store, &options, &outbox)) != ERR_NONE ||
	    (err = vouch(store, outbox, count)) != ERR_NONE)
		goto out;
	for (i = 0; i < count && err == ERR_NONE; i++)
		err = leaf_write(store, i, key.public_key, entries, body_len);

out:
	outbox_close(outbox);
	store_close(store);
	return err;
}

/* ---- the processes ---- */

/* Read host:port/pub_port/hexkey. */
static bool
read_hub(const char *text, struct leaf_hub *ret_hub)
{
	const char *slash = strchr(text, '/');
	char *end;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(ret_hub->address))
		return false;
	memset(ret_hub, 0, sizeof(*ret_hub));
	memcpy(ret_hub->address, text, (size_t)(slash - text));
	ret_hub->pub_port = (uint32_t)strtoul(slash + 1, &end, 10);
	return *end == '/' &&
	    bytes_unhex(end + 1, ret_hub->key, KEY_LEN) == ERR_NONE;
}

/* Do what the parent asks for; false if it is gone. */
static bool
obey(struct leaves *leaves, int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	struct order order;
	ssize_t len;
	enum err err;

	if (poll(&item, 1, TURN_MS) <= 0)
		return true;
	len = read(fd, &order, sizeof(order));
	if (len != (ssize_t)sizeof(order))
		return false;
	err = leaves_publish(leaves, order.leaf, order.body_len, now_ms());
	if (err != ERR_NONE)
		(void)fprintf(stderr, "publish: %s\n", err_str(err));
	return true;
}

/* One process of leaves, until the parent closes the pipe. */
static int
process(const struct bench *bench, size_t number, int fd)
{
	struct leaves_options options = {
		.hubs = bench->hubs,
		.nhubs = bench->nhubs,
		.first = number * bench->per_process,
		.timers = { HAVE_MS, HELLO_MS, GET_MS, SILENCE_MS, GAP_MS },
		.reconnect_max_ms = RECONNECT_MAX_MS,
		.backoff_ms = BACKOFF_MS,
		.backoff_max_ms = BACKOFF_MAX_MS,
	};
	const struct link_timers quick = { 500, 2000, 3000, 5000, 100 };
	struct leaves *leaves = NULL;
	char dir[4096];
	enum err err;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (bench->quick) {
		options.timers = quick;
		options.reconnect_ms = 50;
		options.reconnect_max_ms = 200;
	}
	(void)snprintf(dir, sizeof(dir), "%s/%zu", bench->stores, number);
	options.dir = dir;
	options.count = bench->count - options.first < bench->per_process ?
	    bench->count - options.first :
	    bench->per_process;
	if ((err = crypto_init()) != ERR_NONE ||
	    (err = sock_global_init()) != ERR_NONE ||
	    (err = leaves_open(&options, bench->board, now_ms(), &leaves)) !=
		ERR_NONE) {
		(void)fprintf(stderr, "bench_leaves: %s\n", err_str(err));
		return EXIT_FAILURE;
	}
	while (obey(leaves, fd))
		leaves_turn(leaves, now_ms());
	leaves_close(leaves);
	sock_global_end();
	return EXIT_SUCCESS;
}

static bool
start(struct bench *bench, size_t number)
{
	int ends[2];
	size_t i;

	if (pipe(ends) != 0)
		return false;
	bench->pids[number] = fork();
	if (bench->pids[number] == 0) {
		/* A pipe that a brother holds too would never end. */
		for (i = 0; i < number; i++)
			(void)close(bench->pipes[i]);
		(void)close(ends[1]);
		_exit(process(bench, number, ends[0]));
	}
	(void)close(ends[0]);
	bench->pipes[number] = ends[1];
	return bench->pids[number] > 0;
}

/* ---- what is waited for ---- */

static size_t
count_live(const struct bench *bench, uint32_t links)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < bench->count; i++)
		count += bench->board->leaves[i].live >= links;
	return count;
}

static size_t
count_same(const struct bench *bench)
{
	const struct leaf_report *first = &bench->board->leaves[0];
	size_t count = 0;
	size_t i;

	for (i = 0; i < bench->count; i++)
		count += bench->board->leaves[i].digest == first->digest &&
		    bench->board->leaves[i].absent == 0;
	return count;
}

static size_t
count_entries(const struct bench *bench, uint64_t entries)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < bench->count; i++)
		count += bench->board->leaves[i].entries >= entries &&
		    bench->board->leaves[i].absent == 0;
	return count;
}

static void
nap(void)
{
	(void)poll(NULL, 0, LOOK_MS);
}

/* Most connections of a second in which they are counted, from one on. */
static uint32_t
most(const struct bench *bench, size_t from)
{
	uint32_t result = 0;
	size_t i;

	for (i = from; i < LEAF_SECONDS; i++)
		if (bench->board->connects[i] > result)
			result = bench->board->connects[i];
	return result;
}

static void
mark(struct bench *bench)
{
	size_t i;

	for (i = 0; i < LEAF_SECONDS; i++)
		bench->board->connects[i] = 0;
	bench->board->since = now_ms();
	(void)printf("marked\n");
}

/* A leaf has a DEALER and a SUB, which dial alike: two connections. */
static void
wait_live(const struct bench *bench, int64_t seconds, uint32_t links)
{
	int64_t until = now_ms() + seconds * 1000;
	size_t count;

	while ((count = count_live(bench, links)) < bench->count &&
	    now_ms() < until)
		nap();
	(void)printf("live %zu of %zu seconds %.2f connects %u later %u\n",
	    count, bench->count,
	    (double)(now_ms() - bench->board->since) / 1000, 2 * most(bench, 0),
	    2 * most(bench, 10));
}

static void
wait_same(const struct bench *bench, int64_t seconds)
{
	int64_t until = now_ms() + seconds * 1000;
	int64_t from = now_ms();
	uint8_t digest[8];
	char hex[17];
	size_t count;

	while ((count = count_same(bench)) < bench->count && now_ms() < until)
		nap();
	bytes_put_le64(digest, bench->board->leaves[0].digest);
	bytes_hex(digest, sizeof(digest), hex);
	(void)printf("same %zu of %zu seconds %.2f digest %s entries %" PRIu64
		     " complaints %u\n",
	    count, bench->count, (double)(now_ms() - from) / 1000, hex,
	    bench->board->leaves[0].entries, bench->board->complaints);
}

static bool
order(const struct bench *bench, size_t leaf, uint32_t body_len)
{
	const struct order what = { .leaf = leaf, .body_len = body_len };

	return write(bench->pipes[leaf / bench->per_process], &what,
		   sizeof(what)) == (ssize_t)sizeof(what);
}

/* Have leaves sign entries; return how many were ordered. */
static unsigned long
sign(const struct bench *bench, unsigned long count, uint32_t body_len)
{
	unsigned long i;

	for (i = 0; i < count; i++)
		if (!order(bench, i * 7 % bench->count, body_len))
			break;
	return i;
}

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

static void
publish(const struct bench *bench, size_t count, uint32_t body_len, bool burst)
{
	static int64_t times[PUBLISH_MAX];
	uint64_t entries = bench->board->leaves[0].entries;
	int64_t begin = now_ms();
	int64_t from = begin;
	size_t have = 0;
	size_t i;

	for (i = 0; i < count && i < PUBLISH_MAX; i++) {
		from = now_ms();
		if (!order(bench, i * 7 % bench->count, body_len))
			break;
		if (burst && i + 1 < count)
			continue;
		while ((have = count_entries(bench, entries + i + 1)) <
			bench->count &&
		    now_ms() < from + 300000)
			nap();
		times[i] = now_ms() - from;
	}
	if (!burst)
		qsort(times, i, sizeof(times[0]), compare_times);
	(void)printf("published %zu to %zu of %zu median_ms %" PRId64
		     " longest_ms %" PRId64 " seconds %.2f\n",
	    i, have, bench->count, burst ? 0 : times[i / 2],
	    i == 0 ? 0 : times[i - 1], (double)(now_ms() - begin) / 1000);
}

/* Obey one line. */
static void
command(struct bench *bench, const char *line)
{
	unsigned long a = 0;
	unsigned long b = 0;
	char word[16] = "";
	char *end;
	size_t len = strcspn(line, " \n");

	if (len < sizeof(word))
		memcpy(word, line, len);
	a = strtoul(line + len, &end, 10);
	b = strtoul(end, NULL, 10);
	if (strcmp(word, "mark") == 0)
		mark(bench);
	else if (strcmp(word, "live") == 0)
		wait_live(bench, (int64_t)a, (uint32_t)b);
	else if (strcmp(word, "same") == 0)
		wait_same(bench, (int64_t)a);
	else if (strcmp(word, "sign") == 0)
		(void)printf("signed %lu\n", sign(bench, a, (uint32_t)b));
	else if (strcmp(word, "publish") == 0 || strcmp(word, "burst") == 0)
		publish(bench, a, (uint32_t)b, word[0] == 'b');
	else
		(void)printf("unknown\n");
	(void)fflush(stdout);
}

static int
run(struct bench *bench, size_t processes)
{
	size_t size = sizeof(*bench->board) +
	    bench->count * sizeof(struct leaf_report);
	struct rlimit files;
	char line[256];
	int status = EXIT_SUCCESS;
	int ended;
	size_t i;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	bench->board = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bench->board == MAP_FAILED)
		return EXIT_FAILURE;
	bench->board->since = now_ms();
	bench->board->count = bench->count;
	bench->per_process = (bench->count + processes - 1) / processes;
	for (i = 0; i < processes; i++)
		if (!start(bench, i))
			return EXIT_FAILURE;
	while (fgets(line, sizeof(line), stdin) != NULL)
		command(bench, line);
	for (i = 0; i < processes; i++)
		(void)close(bench->pipes[i]);
	for (i = 0; i < processes; i++)
		if (waitpid(bench->pids[i], &ended, 0) < 0 || ended != 0)
			status = EXIT_FAILURE;
	return status;
}

static int
usage(void)
{
	(void)fprintf(stderr,
	    "usage: bench_leaves seed DIR N ENTRIES BYTES\n"
	    "       bench_leaves run | quick N PROCESSES STORES HUB...\n");
	return 64;
}

int
main(int argc, char *argv[])
{
	struct bench bench = { .stores = argc > 4 ? argv[4] : "" };
	size_t processes;
	int i;
	enum err err;

	if (argc == 6 && strcmp(argv[1], "seed") == 0) {
		if ((err = crypto_init()) == ERR_NONE)
			err = seed(argv[2], strtoul(argv[3], NULL, 10),
			    strtoul(argv[4], NULL, 10),
			    (uint32_t)strtoul(argv[5], NULL, 10));
		if (err != ERR_NONE)
			(void)fprintf(
			    stderr, "bench_leaves: %s\n", err_str(err));
		return err == ERR_NONE ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	bench.quick = argc > 1 && strcmp(argv[1], "quick") == 0;
	if (argc < 6 || argc > 5 + LEAF_HUBS ||
	    (!bench.quick && strcmp(argv[1], "run") != 0))
		return usage();
	bench.count = strtoul(argv[2], NULL, 10);
	processes = strtoul(argv[3], NULL, 10);
	for (i = 5; i < argc; i++)
		if (!read_hub(argv[i], &bench.hubs[bench.nhubs++]))
			return usage();
	if (bench.count == 0 || processes == 0 || processes > PROCESSES_MAX ||
	    processes > bench.count)
		return usage();
	return run(&bench, processes);
}
