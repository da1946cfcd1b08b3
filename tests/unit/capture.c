#include "tests/unit/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/text.h"

const struct print_options capture_plain = { .utf8 = true };

static const char *const hostile[] = {
	"\033[2J\033[H",              /* clear the screen */
	"\033]0;title\007",           /* set the window's title */
	"\033]52;c;cm0gLXJmIH4=\007", /* set the clipboard */
	"\033]8;;http://x\033\\y",    /* a link elsewhere */
	"\033P1$r\033\\",             /* a device control string */
	"good\rbad ",                 /* overwrite the line */
	"bad\b\b\bgood",              /* overwrite letters */
	"two\nerfa: all is well",     /* a line of our own */
	"\xc2\x9b"
	"2J", /* CSI as one C1 character */
	"\xc2\x9d"
	"0;x\xc2\x9c", /* OSC and ST as C1 */
	"\x9b"
	"31m", /* a bare C1 byte */
	"\xe2\x80\xae"
	"gnp.exe", /* right to left */
	"\xe2\x81\xa6"
	"x\xe2\x81\xa9", /* isolates */
	"a\xe2\x80\x8b"
	"b", /* zero width */
	"\xef\xbb\xbf"
	"bom", /* byte order mark */
	"\xf3\xa0\x80\xa0"
	"tag",                  /* tag characters */
	"\xff\xfe broken",      /* no UTF-8 */
	"\xc3",                 /* cut off */
	"\xed\xa0\x80",         /* a surrogate */
	"\xc0\xaf",             /* overlong */
	"\x7f del",             /* DEL */
	"\x01\x02\x03\x1a\x1f", /* more of C0 */
	"%s%n%d %*s",           /* a format */
	"\t tab",               /* a tab */
};

void
capture_open(struct capture *capture, const struct print_options *options)
{
	memset(capture, 0, sizeof(*capture));
	capture->file = open_memstream(&capture->text, &capture->len);
	assert_non_null(capture->file);
	assert_int_equal(
	    print_new(capture->file, options, &capture->print), ERR_NONE);
}

const char *
capture_text(struct capture *capture)
{
	assert_int_equal(print_finish(capture->print), ERR_NONE);
	return capture->text;
}

void
capture_close(struct capture *capture)
{
	print_free(capture->print);
	(void)fclose(capture->file);
	free(capture->text);
}

bool
capture_harmless(const char *text)
{
	size_t len = strlen(text);
	size_t i;

	if (!text_valid(text, len))
		return false;
	for (i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte < 0x20 && byte != '\n') || byte == 0x7f)
			return false;
		if (byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
			return false;
	}
	return strstr(text, "\xe2\x80\xae") == NULL &&
	    strstr(text, "\xe2\x81\xa6") == NULL &&
	    strstr(text, "\xe2\x80\x8b") == NULL;
}

const char *const *
capture_hostile(size_t *ret_count)
{
	*ret_count = sizeof(hostile) / sizeof(hostile[0]);
	return hostile;
}
