#include "daemon/search_internal.h"

#include <endian.h>
#include <string.h>

/*
 * A list: varint count.  A small one goes on with varints of the differences,
 * less one, and the impacts, a byte each.  A large one goes on with its greatest
 * impact, what is known of every block (KNOWN bytes), the blocks, and SPARE
 * bytes so that whoever reads the last bits may read eight bytes at once.  A
 * block has its differences in as few bits as the greatest needs, and then the
 * impacts.
 */
#define KNOWN 10U /* le32 last, le32 place, greatest impact, bits */
#define SPARE 8U

static uint32_t
get_le32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	    (uint32_t)at[3] << 24;
}

static uint64_t
get_le64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return le64toh(value);
}

static size_t
put_varint(uint8_t *out, uint32_t value)
{
	size_t len = 0;

	while (value >= 0x80) {
		out[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	out[len++] = (uint8_t)value;
	return len;
}

/* Read a number; the length is 0 if it does not end before ${end}. */
static size_t
get_varint(const uint8_t *at, const uint8_t *end, uint32_t *ret_value)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < 5 && at + i < end; i++) {
		value |= (uint32_t)(at[i] & 0x7f) << (7 * i);
		if (at[i] < 0x80) {
			*ret_value = value;
			return i + 1;
		}
	}
	return 0;
}

size_t
list_size(uint32_t count)
{
	if (count <= SMALL_LIST)
		return 5 + (size_t)count * 6;
	return 6 + ((size_t)count / BLOCK + 1) * (KNOWN + 8) +
	    (size_t)count * 5 + SPARE;
}

static size_t
block_count(uint32_t count)
{
	return (count + BLOCK - 1) / BLOCK;
}

/* Write differences of ${width} bits each. */
static size_t
write_bits(const uint32_t *values, uint32_t count, unsigned width, uint8_t *out)
{
	uint64_t bits = 0;
	unsigned held = 0;
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		bits |= (uint64_t)values[i] << held;
		for (held += width; held >= 8; held -= 8) {
			out[len++] = (uint8_t)bits;
			bits >>= 8;
		}
	}
	if (held > 0)
		out[len++] = (uint8_t)bits;
	return len;
}

/* Write one block and what is known of it; ${before} is the doc before it. */
static size_t
write_block(const uint32_t *docs, const uint8_t *impacts, uint32_t count,
    uint32_t before, uint8_t *known, uint8_t *out)
{
	uint32_t differences[BLOCK];
	uint32_t all = 0;
	unsigned width = 0;
	uint8_t max = 0;
	size_t len;
	uint32_t i;

	for (i = 0; i < count; i++) {
		differences[i] = docs[i] - before - 1;
		before = docs[i];
		all |= differences[i];
		if (impacts[i] > max)
			max = impacts[i];
	}
	while (width < 32 && all >> width != 0)
		width++;
	bytes_put_le32(known, docs[count - 1]);
	known[8] = max;
	known[9] = (uint8_t)width;
	len = write_bits(differences, count, width, out);
	memcpy(out + len, impacts, count);
	return len + count;
}

static size_t
write_small(
    const uint32_t *docs, const uint8_t *impacts, uint32_t count, uint8_t *out)
{
	uint32_t before = UINT32_MAX; /* the first difference is from -1 */
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		len += put_varint(out + len, docs[i] - before - 1);
		before = docs[i];
	}
	memcpy(out + len, impacts, count);
	return len + count;
}

size_t
list_write(
    const uint32_t *docs, const uint8_t *impacts, uint32_t count, uint8_t *out)
{
	size_t nblocks = block_count(count);
	size_t len = put_varint(out, count);
	uint32_t before = UINT32_MAX;
	uint8_t *max;
	uint8_t *known;
	uint8_t *data;
	size_t at = 0;
	uint32_t i;
	uint32_t n;

	if (count <= SMALL_LIST)
		return len + write_small(docs, impacts, count, out + len);
	max = out + len;
	known = max + 1;
	data = known + nblocks * KNOWN;
	*max = 0;
	for (i = 0; i < count; i += n) {
		n = count - i < BLOCK ? count - i : BLOCK;
		bytes_put_le32(known + 4, (uint32_t)at);
		at += write_block(
		    docs + i, impacts + i, n, before, known, data + at);
		before = docs[i + n - 1];
		if (known[8] > *max)
			*max = known[8];
		known += KNOWN;
	}
	memset(data + at, 0, SPARE);
	return (size_t)(data - out) + at + SPARE;
}

enum err
list_open(struct bytes bytes, uint32_t limit, struct list *ret_list)
{
	const uint8_t *end = bytes.data + bytes.len;
	struct list list = { .blocks = NULL };
	struct list_block block;
	size_t used = get_varint(bytes.data, end, &list.count);
	size_t i;

	if (used == 0 || list.count == 0 || list.count > limit)
		return ERR_DAMAGED;
	list.limit = limit;
	list.data = bytes.data + used;
	list.data_len = bytes.len - used;
	list.nblocks = (uint32_t)block_count(list.count);
	if (list.count <= SMALL_LIST) {
		list.nblocks = 1;
		if (list.data_len < 2 * (size_t)list.count)
			return ERR_DAMAGED;
		for (i = 0; i < list.count; i++)
			if (end[-1 - (ptrdiff_t)i] > list.max)
				list.max = end[-1 - (ptrdiff_t)i];
		*ret_list = list;
		return ERR_NONE;
	}
	if (list.data_len < 1 + (size_t)list.nblocks * KNOWN + SPARE)
		return ERR_DAMAGED;
	list.max = list.data[0];
	list.blocks = list.data + 1;
	list.data += 1 + (size_t)list.nblocks * KNOWN;
	list.data_len -= 1 + (size_t)list.nblocks * KNOWN;
	list_block(&list, list.nblocks - 1, &block);
	if (block.last >= limit)
		return ERR_DAMAGED;
	*ret_list = list;
	return ERR_NONE;
}

void
list_block(
    const struct list *list, uint32_t number, struct list_block *ret_block)
{
	const uint8_t *known;

	if (list->blocks == NULL) {
		ret_block->last = NO_DOC - 1;
		ret_block->at = 0;
		ret_block->max = list->max;
		ret_block->width = 0;
		return;
	}
	known = list->blocks + (size_t)number * KNOWN;
	ret_block->last = get_le32(known) + list->shift;
	ret_block->at = get_le32(known + 4);
	ret_block->max = known[8];
	ret_block->width = known[9];
}

static uint32_t
read_small(
    const struct list *list, uint32_t docs[BLOCK], const uint8_t **ret_impacts)
{
	const uint8_t *end = list->data + list->data_len - list->count;
	const uint8_t *at = list->data;
	uint64_t next = 0;
	uint32_t value;
	size_t used;
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		if ((used = get_varint(at, end, &value)) == 0)
			return 0;
		at += used;
		next += value;
		docs[i] = (uint32_t)next++ + list->shift;
	}
	*ret_impacts = end;
	return next <= list->limit ? list->count : 0;
}

/* Read ${n} differences of ${width} bits each, both known to the compiler. */
static inline uint64_t
read_some(uint64_t bits, unsigned n, unsigned width, uint64_t next,
    uint32_t shift, uint32_t *docs)
{
	const uint64_t mask = (UINT64_C(1) << width) - 1;
	unsigned i;

#pragma GCC unroll 8
	for (i = 0; i < n; i++) {
		next += bits >> (i * width) & mask;
		docs[i] = (uint32_t)next++ + shift;
	}
	return next;
}

/* Eight of up to eight bits are within eight bytes, and end with a byte. */
static uint64_t
read_eight(const uint8_t *data, unsigned width, uint64_t next, uint32_t shift,
    uint32_t *docs)
{
	const uint64_t bits = get_le64(data);

	switch (width) {
	case 0:
		return read_some(0, 8, 0, next, shift, docs);
	case 1:
		return read_some(bits, 8, 1, next, shift, docs);
	case 2:
		return read_some(bits, 8, 2, next, shift, docs);
	case 3:
		return read_some(bits, 8, 3, next, shift, docs);
	case 4:
		return read_some(bits, 8, 4, next, shift, docs);
	case 5:
		return read_some(bits, 8, 5, next, shift, docs);
	case 6:
		return read_some(bits, 8, 6, next, shift, docs);
	case 7:
		return read_some(bits, 8, 7, next, shift, docs);
	default:
		return read_some(bits, 8, 8, next, shift, docs);
	}
}

/* Four of up to fourteen are within eight bytes, wherever in the first. */
static uint64_t
read_four(uint64_t bits, unsigned width, uint64_t next, uint32_t shift,
    uint32_t *docs)
{
	switch (width) {
	case 9:
		return read_some(bits, 4, 9, next, shift, docs);
	case 10:
		return read_some(bits, 4, 10, next, shift, docs);
	case 11:
		return read_some(bits, 4, 11, next, shift, docs);
	case 12:
		return read_some(bits, 4, 12, next, shift, docs);
	case 13:
		return read_some(bits, 4, 13, next, shift, docs);
	default:
		return read_some(bits, 4, 14, next, shift, docs);
	}
}

/*
 * Read ${count} differences of ${width} bits, up to 32: the documents from ${next}
 * on; return what is behind the last.
 */
static uint64_t
read_bits(const uint8_t *data, uint32_t count, unsigned width, uint64_t next,
    uint32_t shift, uint32_t *docs)
{
	const uint64_t mask = (UINT64_C(1) << width) - 1;
	size_t bit = 0;
	uint32_t i = 0;

	for (; width <= 8 && count - i >= 8; i += 8, bit += 8 * width)
		next = read_eight(data + bit / 8, width, next, shift, docs + i);
	for (; width > 8 && width <= 14 && count - i >= 4;
	     i += 4, bit += 4 * width)
		next = read_four(get_le64(data + bit / 8) >> bit % 8, width,
		    next, shift, docs + i);
	for (; i < count; i++, bit += width) {
		next += get_le64(data + bit / 8) >> bit % 8 & mask;
		docs[i] = (uint32_t)next++ + shift;
	}
	return next;
}

uint32_t
list_read(const struct list *list, uint32_t number, uint32_t docs[BLOCK],
    const uint8_t **ret_impacts)
{
	struct list_block block;
	uint32_t count = BLOCK;
	uint64_t next = 0; /* in 64 bits no damage makes it turn back */
	const uint8_t *data;
	size_t len;

	if (list->blocks == NULL)
		return read_small(list, docs, ret_impacts);
	list_block(list, number, &block);
	if (number + 1 == list->nblocks)
		count = list->count - number * BLOCK;
	len = ((size_t)count * block.width + 7) / 8;
	if (block.width > 32 || block.at > list->data_len ||
	    list->data_len - block.at < len + count + SPARE)
		return 0;
	if (number > 0)
		next = (uint64_t)get_le32(
			   list->blocks + (size_t)(number - 1) * KNOWN) +
		    1;
	data = list->data + block.at;
	next = read_bits(data, count, block.width, next, list->shift, docs);
	*ret_impacts = data + len;
	return next == (uint64_t)block.last - list->shift + 1 &&
		next <= list->limit ?
	    count :
	    0;
}
