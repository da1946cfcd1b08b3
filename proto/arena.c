#include "proto/arena.h"

#include <stdlib.h>

#define ALIGN _Alignof(max_align_t)

/* No message needs a piece larger than this; a wrong sum might ask for it. */
#define PIECE_MAX ((size_t)1 << 30)

/* One piece of memory; pieces are linked, the newest first. */
struct piece {
	struct piece *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct piece *pieces;
};

/* Put a piece for ${size} bytes before the others. */
static enum err
add_piece(struct arena *arena, size_t size)
{
	struct piece *piece;

	if (size > PIECE_MAX)
		return ERR_NOMEM;
	if ((piece = malloc(sizeof(*piece) + size)) == NULL)
		return ERR_NOMEM;
	piece->next = arena->pieces;
	piece->size = size;
	piece->used = 0;
	arena->pieces = piece;
	return ERR_NONE;
}

enum err
arena_new(size_t bytes, struct arena **ret_arena)
{
	struct arena *arena;
	enum err err;

	if ((arena = calloc(1, sizeof(*arena))) == NULL)
		return ERR_NOMEM;
	if ((err = add_piece(arena, bytes)) != ERR_NONE) {
		free(arena);
		return err;
	}
	*ret_arena = arena;
	return ERR_NONE;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct piece *piece = arena->pieces;
	size_t rounded = (size + ALIGN - 1) & ~(ALIGN - 1);
	void *data;

	if (rounded < size)
		return NULL;
	if (rounded > piece->size - piece->used) {
		/* Each piece is twice the last, so that there are few. */
		size_t more = 2 * piece->size;

		if (add_piece(arena, more > rounded ? more : rounded) !=
		    ERR_NONE)
			return NULL;
		piece = arena->pieces;
	}
	data = piece->data + piece->used;
	piece->used += rounded;
	return data;
}

void
arena_free(struct arena *arena)
{
	struct piece *piece;

	if (arena == NULL)
		return;
	while ((piece = arena->pieces) != NULL) {
		arena->pieces = piece->next;
		free(piece);
	}
	free(arena);
}
