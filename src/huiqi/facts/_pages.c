/* Pages of a Parquet file as encoded columns (cells.py): what pyarrow and numpy do in several passes, done in one, for the plain cases.

   A page holds levels (is the cell filled?) and the filled cells, plain or as indices into a dictionary. What is in the file is not trusted: every
   length is checked, and a page that is not as it should be is a ValueError. A figure that is not plainly a whole number of steps within
   its fact's range makes a page odd: nothing is told here, the caller reads the column the long way, which tells everything. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif
#include <math.h>
#include <stdint.h>
#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Parquet is little-endian, and so is this; numpy does its work without it"
#endif

#if defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__) || !defined(__linux__) || !defined(__GNUC__) || defined(__clang__) || __GNUC__ < 12
#define FOR_EACH_PROCESSOR
#else
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif

enum { ROWS = 1024 }; /* decoded at a time: what is between two steps stays in the first-level cache */
enum { FINE, ODD, BROKEN };
static const uint64_t UNKNOWN[2] = {0x7ff8000000000000u, 0xff}; /* NaN; of flags -1 */
static uint64_t spread[256]; /* the bits of a byte, lowest first, as eight bytes */

/* ---------------------------------------------------------------- page headers: Thrift's compact protocol */

typedef struct { const uint8_t *at, *end; int failed; } Bytes;

static uint64_t varint(Bytes *from) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (from->at >= from->end) break;
        uint8_t byte = *from->at++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return value;
    }
    from->failed = 1;
    return 0;
}

static int64_t zigzag(Bytes *from) {
    uint64_t value = varint(from);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void pass(Bytes *from, uint64_t count) {
    if (count > (uint64_t)(from->end - from->at)) from->failed = 1;
    else from->at += count;
}

static int field(Bytes *from, int *id) { /* the type of the next field of a struct, 0 at its end */
    if (from->at >= from->end) { from->failed = 1; return 0; }
    uint8_t byte = *from->at++;
    if (byte == 0) return 0;
    *id = byte >> 4 ? *id + (byte >> 4) : (int)zigzag(from);
    return byte & 15;
}

static void skip(Bytes *from, int type, int depth) {
    int id = 0, inner;
    uint64_t count;
    if (depth > 8) { from->failed = 1; return; }
    switch (type) {
    case 1: case 2: return;
    case 3: pass(from, 1); return;
    case 4: case 5: case 6: varint(from); return;
    case 7: pass(from, 8); return;
    case 8: pass(from, varint(from)); return;
    case 9: case 10:
        if (from->at >= from->end) { from->failed = 1; return; }
        inner = *from->at & 15, count = *from->at++ >> 4;
        if (count == 15) count = varint(from);
        for (; count && !from->failed; count--) skip(from, inner < 3 ? 3 : inner, depth + 1);
        return;
    case 12:
        while (!from->failed && (inner = field(from, &id))) skip(from, inner, depth + 1);
        return;
    default: from->failed = 1;
    }
}

/* header(buffer, at) -> (type, length of header, uncompressed, compressed, has_crc, values, encoding, encoding of levels), or None if cut short */
static PyObject *header(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer chunk;
    Py_ssize_t at;
    if (!PyArg_ParseTuple(arguments, "y*n", &chunk, &at)) return NULL;
    int64_t type = -1, sizes[2] = {-1, -1}, crc = 0, inner[3] = {-1, -1, -1};
    Bytes from = {(const uint8_t *)chunk.buf, (const uint8_t *)chunk.buf + chunk.len, at < 0 || at > chunk.len};
    const uint8_t *start = from.at + (from.failed ? 0 : at);
    from.at = start;
    int id = 0, kind;
    while (!from.failed && (kind = field(&from, &id))) {
        if (id == 1 && kind == 5) type = zigzag(&from);
        else if ((id == 2 || id == 3) && kind == 5) sizes[id - 2] = zigzag(&from);
        else if (id == 4 && kind == 5) zigzag(&from), crc = 1;
        else if ((id == 5 || id == 7) && kind == 12) {
            int part = 0, its;
            while (!from.failed && (its = field(&from, &part))) {
                if (part >= 1 && part <= 3 && its == 5) inner[part - 1] = zigzag(&from);
                else skip(&from, its, 0);
            }
        } else skip(&from, kind, 0);
    }
    Py_ssize_t length = from.at - start;
    PyBuffer_Release(&chunk);
    if (from.failed) Py_RETURN_NONE;
    return Py_BuildValue("LnLLLLLL", (long long)type, length, (long long)sizes[0], (long long)sizes[1], (long long)crc, (long long)inner[0],
                         (long long)inner[1], (long long)inner[2]);
}

/* ---------------------------------------------------------------- runs: whole numbers repeated, or packed by bits */

typedef struct {
    Bytes from;
    int width;
    int64_t left;          /* of the present run */
    const uint8_t *packed; /* NULL: `value` is repeated */
    uint64_t at;           /* the next packed value */
    uint32_t value;
} Runs;

static int next_run(Runs *runs) {
    uint64_t head = varint(&runs->from), left = (uint64_t)(runs->from.end - runs->from.at);
    if (runs->from.failed || !head) return 0;
    if (head & 1) {
        uint64_t bytes = (head >> 1) * (uint64_t)runs->width;
        if ((head >> 1) > (1u << 28) || bytes > left) return 0;
        runs->packed = runs->from.at, runs->at = 0, runs->left = (int64_t)(head >> 1) * 8;
        runs->from.at += bytes;
    } else {
        int bytes = (runs->width + 7) / 8;
        if ((uint64_t)bytes > left) return 0;
        runs->packed = NULL, runs->value = 0, runs->left = (int64_t)(head >> 1);
        memcpy(&runs->value, runs->from.at, (size_t)bytes);
        runs->from.at += bytes;
    }
    return 1;
}

static void unpack(const uint8_t *from, uint64_t at, uint8_t *to, int64_t count) {
    int64_t n = 0;
    if (!(at & 7)) for (; n + 8 <= count; n += 8, at += 8) memcpy(to + n, &spread[from[at >> 3]], 8);
    else for (; n + 8 <= count; n += 8, at += 8) memcpy(to + n, &spread[(uint8_t)(from[at >> 3] >> (at & 7) | from[(at >> 3) + 1] << (8 - (at & 7)))], 8);
    for (; n < count; n++, at++) to[n] = from[at >> 3] >> (at & 7) & 1;
}

static int take_bits(Runs *runs, uint8_t *to, int64_t count) { /* of runs of width 1 */
    while (count) {
        if (!runs->left && !next_run(runs)) return 0;
        int64_t now = count < runs->left ? count : runs->left;
        if (!runs->packed) {
            memset(to, runs->value & 1, (size_t)now);
        } else {
            unpack(runs->packed, runs->at, to, now);
            runs->at += (uint64_t)now;
        }
        runs->left -= now, to += now, count -= now;
    }
    return 1;
}

static int take(Runs *runs, uint32_t *to, int64_t count) {
    uint64_t width = (uint64_t)runs->width, mask = (1ull << width) - 1;
    while (count) {
        if (!runs->left && !next_run(runs)) return 0;
        int64_t now = count < runs->left ? count : runs->left, n = 0;
        if (!runs->packed) {
            for (; n < now; n++) to[n] = runs->value;
        } else {
            for (; n < now; n++, runs->at++) {
                uint64_t bit = runs->at * width, word = 0;
                const uint8_t *from = runs->packed + (bit >> 3);
                if (runs->from.end - from >= 8) memcpy(&word, from, 8);
                else memcpy(&word, from, (size_t)(runs->from.end - from));
                to[n] = (uint32_t)(word >> (bit & 7) & mask);
            }
        }
        runs->left -= now, to += now, count -= now;
    }
    return 1;
}

/* ---------------------------------------------------------------- cells */

FOR_EACH_PROCESSOR static int steps(const uint8_t *restrict from, double *restrict to, int64_t count, double scale, double low, double high) {
    const double whole = 6755399441055744.0; /* 1.5 * 2^52: added and taken away, it leaves the nearest whole number */
    int64_t odd = 0;
    for (int64_t n = 0; n < count; n++) {
        double given;
        memcpy(&given, from + 8 * n, 8);
        double exact = given * scale, near = (exact + whole) - whole, off = fabs(exact - near);
        odd |= (int64_t) !(off <= 1e-6 + fabs(exact) * 0x1p-51) | (int64_t) !(fabs(near) <= 0x1p49);
        odd |= (int64_t) !(near >= low) | (int64_t) !(near <= high);
        to[n] = near;
    }
    return odd ? ODD : FINE;
}

FOR_EACH_PROCESSOR static int days(const uint8_t *restrict from, double *restrict to, int64_t count, double epoch, double low, double high) {
    int64_t odd = 0;
    for (int64_t n = 0; n < count; n++) {
        int32_t given;
        memcpy(&given, from + 4 * n, 4);
        double day = (double)given + epoch;
        odd |= (int64_t) !(day >= low) | (int64_t) !(day <= high);
        to[n] = day;
    }
    return odd ? ODD : FINE;
}

/* Filled cells to their rows, an unknown value between them. By bits and not by a condition: which cells are filled cannot be foretold. */
#define EXPAND(name, type)                                                                                        \
    static void name(const type *restrict dense, const uint8_t *restrict filled, type *restrict to, int64_t count, type unknown) { \
        for (int64_t n = 0, k = 0; n < count; n++) {                                                              \
            type mask = (type)(0 - (type)filled[n]);                                                              \
            to[n] = (type)((dense[k] & mask) | (unknown & (type)~mask));                                          \
            k += filled[n];                                                                                       \
        }                                                                                                         \
    }
EXPAND(expand_eight, uint64_t)
EXPAND(expand_four, uint32_t)
EXPAND(expand_one, uint8_t)

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx512f"))) static void expand_by_eights(const uint64_t *dense, const uint8_t *filled, uint64_t *to, int64_t count, uint64_t unknown) {
    const __m512i unknowns = _mm512_set1_epi64((long long)unknown);
    int64_t n = 0, k = 0;
    for (; n + 8 <= count; n += 8) {
        uint64_t eight;
        memcpy(&eight, filled + n, 8);
        __mmask8 mask = (__mmask8)(eight * 0x0102040810204080u >> 56);
        _mm512_storeu_si512(to + n, _mm512_mask_expand_epi64(unknowns, mask, _mm512_loadu_si512(dense + k)));
        k += (int64_t)(eight * 0x0101010101010101u >> 56);
    }
    expand_eight(dense + k, filled + n, to + n, count - n, unknown);
}
#define HAS_EIGHTS __builtin_cpu_supports("avx512f")
#else
#define expand_by_eights expand_eight
#define HAS_EIGHTS 0
#endif
static int eights;

static int64_t sum(const uint8_t *filled, int64_t count) { /* of bytes that are 0 or 1 */
    int64_t found = 0, n = 0;
    for (; n + 8 <= count; n += 8) {
        uint64_t eight;
        memcpy(&eight, filled + n, 8);
        found += (int64_t)(eight * 0x0101010101010101u >> 56);
    }
    for (; n < count; n++) found += filled[n];
    return found;
}

static void look_up(const uint32_t *index, const void *table, void *to, int64_t count, Py_ssize_t item) {
    if (item == 8) for (int64_t n = 0; n < count; n++) ((uint64_t *)to)[n] = ((const uint64_t *)table)[index[n]];
    else if (item == 4) for (int64_t n = 0; n < count; n++) ((uint32_t *)to)[n] = ((const uint32_t *)table)[index[n]];
    else for (int64_t n = 0; n < count; n++) ((uint8_t *)to)[n] = ((const uint8_t *)table)[index[n]];
}

typedef struct {
    char form;         /* d: doubles that are figures; i: days; b: bits that are flags; x: indices into a table */
    const void *table; /* of x, and its last entry is an unknown cell's */
    int64_t entries;
    double scale, low, high;
} Form;

static int decode_page(const uint8_t *page, int64_t length, int nullable, const Form *form, int64_t start, int64_t stop, uint8_t *out) {
    const uint8_t *end = page + length;
    Runs levels = {.width = 1}, indices = {.width = 0};
    if (nullable) {
        uint32_t size;
        if (length < 4) return BROKEN;
        memcpy(&size, page, 4);
        if (size > (uint64_t)(length - 4)) return BROKEN;
        levels.from = (Bytes){page + 4, page + 4 + size, 0};
        page += 4 + size;
    }
    int64_t before = 0; /* filled cells that are passed over */
    uint8_t filled[ROWS];
    _Alignas(64) uint64_t dense[ROWS + 8]; /* eight at a time are read */
    uint32_t index[ROWS];
    for (int64_t n = 0; n < start; n += ROWS) {
        int64_t now = start - n < ROWS ? start - n : ROWS, some = now;
        if (nullable) {
            if (!take_bits(&levels, filled, now)) return BROKEN;
            some = sum(filled, now);
        }
        before += some;
    }
    if (form->form == 'x') {
        if (page < end) {
            if (*page > 32) return BROKEN;
            indices.width = *page++;
        }
        indices.from = (Bytes){page, end, 0};
        for (int64_t n = 0; n < before; n += ROWS) if (!take(&indices, index, before - n < ROWS ? before - n : ROWS)) return BROKEN;
    }
    int odd = FINE;
    Py_ssize_t size = form->form == 'x' ? (Py_ssize_t)form->scale : form->form == 'b' ? 1 : 8; /* of a value */
    for (int64_t n = start; n < stop; n += ROWS) {
        int64_t now = stop - n < ROWS ? stop - n : ROWS, some = now;
        if (nullable) {
            if (!take_bits(&levels, filled, now)) return BROKEN;
            some = sum(filled, now);
        }
        uint8_t *to = out + (n - start) * size;
        void *here = some == now ? (void *)to : (void *)dense;
        switch (form->form) {
        case 'd':
            if ((before + some) * 8 > end - page) return BROKEN;
            odd |= steps(page + before * 8, here, some, form->scale, form->low, form->high);
            break;
        case 'i':
            if ((before + some) * 4 > end - page) return BROKEN;
            odd |= days(page + before * 4, here, some, form->scale, form->low, form->high);
            break;
        case 'b':
            if ((before + some + 7) / 8 > end - page) return BROKEN;
            unpack(page, (uint64_t)before, here, some);
            break;
        default:
            if (some && !take(&indices, index, some)) return BROKEN;
            uint32_t most = 0;
            for (int64_t k = 0; k < some; k++) most = index[k] > most ? index[k] : most;
            if (some && (int64_t)most + 1 >= form->entries) return BROKEN;
            look_up(index, form->table, here, some, size);
        }
        before += some;
        if (some == now) continue;
        const uint8_t *last = form->form == 'x' ? (const uint8_t *)form->table + (form->entries - 1) * size : (const uint8_t *)&UNKNOWN[form->form == 'b'];
        uint64_t unknown = 0;
        memcpy(&unknown, last, (size_t)size);
        if (size == 8) {
            memset(dense + some, 0, 64);
            (eights ? expand_by_eights : expand_eight)(dense, filled, (uint64_t *)to, now, unknown);
        } else if (size == 4) {
            ((uint32_t *)dense)[some] = 0;
            expand_four((const uint32_t *)dense, filled, (uint32_t *)to, now, (uint32_t)unknown);
        } else {
            ((uint8_t *)dense)[some] = 0;
            expand_one((const uint8_t *)dense, filled, to, now, (uint8_t)unknown);
        }
    }
    return odd;
}

/* decode(page, nullable, values, form, table, scale, low, high, start, stop, out) -> whether a cell is odd */
static PyObject *decode(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer page, table, out;
    int nullable, letter;
    Py_ssize_t values, start, stop;
    Form form;
    if (!PyArg_ParseTuple(arguments, "y*pnCy*dddnnw*", &page, &nullable, &values, &letter, &table, &form.scale, &form.low, &form.high, &start, &stop, &out))
        return NULL;
    form.form = (char)letter, form.table = table.buf;
    int result = BROKEN;
    Py_ssize_t item = letter == 'b' ? 1 : letter == 'x' ? out.itemsize : 8;
    int known = letter == 'd' || letter == 'i' || letter == 'b' || (letter == 'x' && (item == 1 || item == 4 || item == 8) && table.itemsize == item);
    if (known && 0 <= start && start <= stop && stop <= values && out.itemsize == item && out.len == (stop - start) * item) {
        form.entries = table.len / item;
        if (letter == 'x') form.scale = (double)item;
        if (letter != 'x' || form.entries > 0) {
            Py_BEGIN_ALLOW_THREADS
            result = decode_page(page.buf, page.len, nullable, &form, start, stop, out.buf);
            Py_END_ALLOW_THREADS
        }
    }
    PyBuffer_Release(&page), PyBuffer_Release(&table), PyBuffer_Release(&out);
    if (result == BROKEN) {
        PyErr_SetString(PyExc_ValueError, "the page is not as its header says");
        return NULL;
    }
    return PyBool_FromLong(result == ODD);
}

/* ---------------------------------------------------------------- ids */

/* texts(page, nullable, values, offsets, used, data) -> bytes used after it; offsets get one more entry than there are values */
static PyObject *texts(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer page, offsets, data;
    int nullable, result = BROKEN;
    Py_ssize_t values, used;
    if (!PyArg_ParseTuple(arguments, "y*pnw*nw*", &page, &nullable, &values, &offsets, &used, &data)) return NULL;
    const uint8_t *at = page.buf, *end = at + page.len;
    if (values >= 0 && used >= 0 && used <= data.len && offsets.len == (values + 1) * 4 && data.len < INT32_MAX) {
        Py_BEGIN_ALLOW_THREADS
        result = FINE;
        if (nullable) {
            uint32_t size = 0;
            if (end - at >= 4) memcpy(&size, at, 4);
            if (end - at < 4 || size > (uint64_t)(end - at - 4)) result = BROKEN;
            else {
                Runs levels = {.from = {at + 4, at + 4 + size, 0}, .width = 1};
                uint8_t filled[ROWS];
                for (int64_t n = 0; n < values && result == FINE; n += ROWS) {
                    int64_t now = values - n < ROWS ? values - n : ROWS;
                    if (!take_bits(&levels, filled, now) || memchr(filled, 0, (size_t)now)) result = BROKEN;
                }
                at += 4 + size;
            }
        }
        int32_t *place = offsets.buf;
        uint8_t *to = data.buf;
        for (int64_t n = 0; n < values && result == FINE; n++) {
            uint32_t length = 0;
            if (end - at >= 4) memcpy(&length, at, 4);
            if (end - at < 4 || length > (uint64_t)(end - at - 4) || length > (uint64_t)(data.len - used)) { result = BROKEN; break; }
            place[n] = (int32_t)used;
            memcpy(to + used, at + 4, length);
            at += 4 + length, used += length;
        }
        if (result == FINE) place[values] = (int32_t)used;
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&page), PyBuffer_Release(&offsets), PyBuffer_Release(&data);
    if (result == BROKEN) {
        PyErr_SetString(PyExc_ValueError, "the page is not as its header says, or an id is missing");
        return NULL;
    }
    return PyLong_FromSsize_t(used);
}

typedef struct { const int32_t *offsets; const uint8_t *data; int64_t count; } Ids;

static int ids_of(const Py_buffer *offsets, const Py_buffer *data, Ids *ids) {
    *ids = (Ids){offsets->buf, data->buf, (int64_t)(offsets->len / 4) - 1};
    if (ids->count < 0) return 0;
    for (int64_t n = 0; n < ids->count; n++) if (ids->offsets[n] < 0 || ids->offsets[n] > ids->offsets[n + 1]) return 0;
    return ids->offsets[ids->count] <= data->len;
}

static inline int compare(const Ids *left, int64_t l, const Ids *right, int64_t r) {
    int64_t of = left->offsets[l + 1] - left->offsets[l], other = right->offsets[r + 1] - right->offsets[r];
    int found = memcmp(left->data + left->offsets[l], right->data + right->offsets[r], (size_t)(of < other ? of : other));
    return found ? found : (of > other) - (of < other);
}

/* rising(offsets, data) -> 2 if every id comes after the one before and none is empty, 1 if some come twice, else 0 */
static PyObject *rising(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer offsets, data;
    if (!PyArg_ParseTuple(arguments, "y*y*", &offsets, &data)) return NULL;
    Ids ids;
    int found = 0;
    Py_BEGIN_ALLOW_THREADS
    if (ids_of(&offsets, &data, &ids)) {
        found = 2;
        if (ids.count && ids.offsets[0] == ids.offsets[1]) found = 0;
        for (int64_t n = 1; n < ids.count && found; n++) {
            int before = compare(&ids, n - 1, &ids, n);
            if (before >= 0) found = before ? 0 : 1 < found ? 1 : found;
        }
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&offsets), PyBuffer_Release(&data);
    return PyLong_FromLong(found);
}

/* owners(offsets, data, offsets of rows, data of rows, owner) -> rows without one; both in order */
static PyObject *owners(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer buffers[4], out;
    if (!PyArg_ParseTuple(arguments, "y*y*y*y*w*", &buffers[0], &buffers[1], &buffers[2], &buffers[3], &out)) return NULL;
    Ids ids, rows;
    int64_t alone = -1;
    int32_t *owner = out.buf;
    Py_BEGIN_ALLOW_THREADS
    if (ids_of(&buffers[0], &buffers[1], &ids) && ids_of(&buffers[2], &buffers[3], &rows) && out.len == rows.count * 4) {
        alone = 0;
        for (int64_t row = 0, at = 0; row < rows.count; row++) {
            int found = 1;
            while (at < ids.count && (found = compare(&ids, at, &rows, row)) < 0) at++;
            owner[row] = at < ids.count && found == 0 ? (int32_t)at : -1;
            alone += owner[row] < 0;
        }
    }
    Py_END_ALLOW_THREADS
    for (int n = 0; n < 4; n++) PyBuffer_Release(&buffers[n]);
    PyBuffer_Release(&out);
    if (alone < 0) {
        PyErr_SetString(PyExc_ValueError, "no such ids");
        return NULL;
    }
    return PyLong_FromLongLong(alone);
}

/* spread(values, owner, years, year, start, unknown, out): the rows of a year to their subjects from `start` on; `unknown`, unless it is empty, elsewhere */
static PyObject *spread_rows(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer values, owner, years, unknown, out;
    int year, fine;
    Py_ssize_t start;
    if (!PyArg_ParseTuple(arguments, "y*y*y*iny*w*", &values, &owner, &years, &year, &start, &unknown, &out)) return NULL;
    Py_ssize_t item = out.itemsize, rows = owner.len / 4, count = out.len / (item ? item : 1);
    fine = (item == 1 || item == 4 || item == 8) && values.len == rows * item && years.len == rows * 2 && (!unknown.len || unknown.len == item);
    if (fine) {
        const int32_t *of = owner.buf;
        const int16_t *in = years.buf;
        Py_BEGIN_ALLOW_THREADS
        uint64_t empty = 0;
        memcpy(&empty, unknown.buf, (size_t)unknown.len);
#define SPREAD(type)                                                                                      \
    do {                                                                                                  \
        type *to = out.buf;                                                                               \
        const type *from = values.buf;                                                                    \
        if (unknown.len) for (Py_ssize_t n = 0; n < count; n++) to[n] = (type)empty;                      \
        for (Py_ssize_t row = 0; row < rows; row++) {                                                     \
            Py_ssize_t at = (Py_ssize_t)of[row] - start;                                                  \
            if (in[row] == year && of[row] >= 0 && at >= 0 && at < count) to[at] = from[row];             \
        }                                                                                                 \
    } while (0)
        if (item == 8) SPREAD(uint64_t);
        else if (item == 4) SPREAD(uint32_t);
        else SPREAD(uint8_t);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&values), PyBuffer_Release(&owner), PyBuffer_Release(&years), PyBuffer_Release(&unknown), PyBuffer_Release(&out);
    if (!fine) {
        PyErr_SetString(PyExc_ValueError, "no rows of such values");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* expand(values, first, present, unknown, out): values from the first on to those of `out` that are present, the unknown value to the others */
static PyObject *expand(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_buffer values, present, unknown, out;
    Py_ssize_t first;
    if (!PyArg_ParseTuple(arguments, "y*ny*y*w*", &values, &first, &present, &unknown, &out)) return NULL;
    Py_ssize_t item = out.itemsize, count = present.len;
    int fine = (item == 1 || item == 4 || item == 8) && unknown.len == item && out.len == count * item && !(values.len % item) && first >= 0;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        const uint8_t *mask = present.buf;
        uint8_t filled[ROWS];
        _Alignas(64) uint64_t dense[ROWS + 8];
        uint64_t empty = 0;
        memcpy(&empty, unknown.buf, (size_t)item);
        for (Py_ssize_t n = 0; n < count && fine; n += ROWS) {
            Py_ssize_t now = count - n < ROWS ? count - n : ROWS;
            for (Py_ssize_t row = 0; row < now; row++) filled[row] = mask[n + row] & 1;
            Py_ssize_t some = (Py_ssize_t)sum(filled, now);
            if (some > values.len / item - first) { fine = 0; break; }
            memcpy(dense, (const uint8_t *)values.buf + first * item, (size_t)(some * item));
            memset((uint8_t *)dense + some * item, 0, (size_t)(8 * item));
            uint8_t *to = (uint8_t *)out.buf + n * item;
            if (item == 8) (eights ? expand_by_eights : expand_eight)(dense, filled, (uint64_t *)to, now, empty);
            else if (item == 4) expand_four((const uint32_t *)dense, filled, (uint32_t *)to, now, (uint32_t)empty);
            else expand_one((const uint8_t *)dense, filled, to, now, (uint8_t)empty);
            first += some;
        }
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&values), PyBuffer_Release(&present), PyBuffer_Release(&unknown), PyBuffer_Release(&out);
    if (!fine) {
        PyErr_SetString(PyExc_ValueError, "no such values");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"expand", expand, METH_VARARGS, "Values to the rows that have one."},
    {"spread", spread_rows, METH_VARARGS, "The rows of a year to their subjects."},
    {"header", header, METH_VARARGS, "A page's header, or None where the bytes end within it."},
    {"decode", decode, METH_VARARGS, "Some rows of a page as encoded values; whether one of them is odd."},
    {"texts", texts, METH_VARARGS, "The texts of a page, none of them missing."},
    {"rising", rising, METH_VARARGS, "Whether ids are in order."},
    {"owners", owners, METH_VARARGS, "For every row of ids in order, which of other ids in order it is."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_pages", "Pages of Parquet as encoded columns.", -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__pages(void) {
    eights = HAS_EIGHTS;
    for (int byte = 0; byte < 256; byte++)
        for (int bit = 0; bit < 8; bit++) spread[byte] |= (uint64_t)(byte >> bit & 1) << (8 * bit);
    return PyModule_Create(&definition);
}
