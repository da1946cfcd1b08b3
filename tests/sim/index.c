/*
 * What simulated nodes have instead of an index: nothing.  The index is derived
 * from what the store holds, and no rule of the protocol asks it.
 */
#include "daemon/index.h"
#include "daemon/indexer.h"
#include "daemon/lexicon.h"

enum err __wrap_index_open(
    const struct index_options *options, struct index **ret_index);
void __wrap_index_close(struct index *index);
enum err __wrap_lexicon_open(const char *path, struct lexicon **ret_lexicon);
enum err __wrap_indexer_start(
    const struct indexer_options *options, struct indexer **ret_indexer);
void __wrap_indexer_stop(struct indexer *indexer);
uint64_t __wrap_indexer_wake(struct indexer *indexer);
uint64_t __wrap_indexer_arrival(struct indexer *indexer);
uint64_t __wrap_indexer_clean(struct indexer *indexer);
enum err __wrap_indexer_failed(struct indexer *indexer, uint64_t attempt);
enum err __wrap_indexer_error(struct indexer *indexer, uint64_t *ret_since_ms);

enum err
__wrap_index_open(const struct index_options *options, struct index **ret_index)
{
	(void)options;
	*ret_index = NULL;
	return ERR_NONE;
}

void
__wrap_index_close(struct index *index)
{
	(void)index;
}

enum err
__wrap_lexicon_open(const char *path, struct lexicon **ret_lexicon)
{
	(void)path;
	(void)ret_lexicon;
	return ERR_NOENT;
}

enum err
__wrap_indexer_start(
    const struct indexer_options *options, struct indexer **ret_indexer)
{
	(void)options;
	*ret_indexer = NULL;
	return ERR_NONE;
}

void
__wrap_indexer_stop(struct indexer *indexer)
{
	(void)indexer;
}

uint64_t
__wrap_indexer_wake(struct indexer *indexer)
{
	(void)indexer;
	return 0;
}

uint64_t
__wrap_indexer_arrival(struct indexer *indexer)
{
	(void)indexer;
	return 0;
}

uint64_t
__wrap_indexer_clean(struct indexer *indexer)
{
	(void)indexer;
	return 0;
}

enum err
__wrap_indexer_failed(struct indexer *indexer, uint64_t attempt)
{
	(void)indexer;
	(void)attempt;
	return ERR_NONE;
}

enum err
__wrap_indexer_error(struct indexer *indexer, uint64_t *ret_since_ms)
{
	(void)indexer;
	*ret_since_ms = 0;
	return ERR_NONE;
}
