/* The block interpreter: runs a program (see lowering.py) over rows of encoded facts, every value a range.

   A figure is whole numbers over a fixed scale, in doubles, exact below 2^53, with a bound on the error of what cannot be held so: the same
   bounds as columns.py. A row about which rounding leaves a doubt gets no result; it is named, and Python settles it. NaN is an absent figure.

   Every loop over rows is plain C that a compiler turns into vectors; the processor chooses among three compilations of each operation. Python
   writes programs, and so vouches for what is in them; what it passes beside them is checked. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if !defined(__SIZEOF_INT128__)
#error "huiqi's kernel needs 128-bit whole numbers; numpy does its work without it"
#endif

#if defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__) || !defined(__linux__) || !defined(__GNUC__) || defined(__clang__) || __GNUC__ < 12
#define FOR_EACH_PROCESSOR
#else
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#define OPERATION FOR_EACH_PROCESSOR static void
#define INLINE static inline __attribute__((always_inline))

enum { ROWS = 512, WIDTH = 64 }; /* rows in a block, a multiple of the width */
static const double EXACT = 4503599627370496.0, ULP = 0x1p-52;

/* ---------------------------------------------------------------- programs */

typedef struct { int32_t op, to, a, b, c, list, count, k; } Instruction; /* k: the first of its figures; list: of its list */

enum {
    LIFE, FACT_FIGURE, FACT_CELL, FACT_FLAG, FACT_CODE, FACT_SET, RANKS,
    CONSTANT, ABSENCE, SCALE, ADD, ADD_FIGURE, SUBTRACT, SUBTRACT_FROM, PRODUCT, TIMES, QUOTIENT, DIVIDES,
    LEAST, LEAST_FIGURE, MOST, MOST_FIGURE, PRESENT, TALLY, WHOLE_YEARS, YEAR_OF, BETWEEN, ROUND,
    CHOOSE, CHOOSE_FIGURE, CHOOSE_OR_FIGURE, CHOOSE_FIGURES, CHOOSE_TRUTH, CHOOSE_SET, SET_OF, ANY_CLASS,
    TRUTH, COMPARE, COMPARE_FIGURE, COMPARE_CELL, COMPARE_QUOTIENT, ONE_OF, ONE_OF_SET, SAME_SET, EXISTS, EXISTS_CODE, EXISTS_SET,
    ALL, ANY, NOT, AT_LEAST, RECOGNISED, OPERATIONS
};
enum { LT, LE, GT, GE, EQ, NE };
enum { DOWN, UP, HALF_UP };

typedef struct { /* the figures of an instruction and of a result stand in `figures`, places of other things in `lists` */
    const Instruction *code;
    int32_t length;
} Program;

typedef struct {
    int32_t status, program, amount; /* a truth of the main program; a program for the amount, or -1, and the figure it gives */
    int32_t times;                   /* fen are figures * times */
} Measure;

typedef struct {
    const double *figures;
    const int64_t *wholes;
    const int32_t *lists;
    const uint8_t *flags;   /* tables of codes: bit 0 must hold, bit 1 may hold */
    const uint64_t *masks;  /* tables of codes: the set that each stands for */
    const Program *programs; /* the first decides who may have what, the others are amounts */
    const Measure *measures;
    int32_t measure_count, registers[4]; /* how many of each kind */
    const void *const *columns;
} Plan;

/* ---------------------------------------------------------------- registers */

typedef struct {
    double *low, *high; /* the same where nothing is unknown */
    uint8_t *maybe;     /* where a figure exists in some completions only; NULL: nowhere */
    double big, rel, abs; /* no finite |N| is above big; error <= rel * |N| + abs */
    int nought, holes;  /* no figure is negative; some may be absent */
    double *ends;       /* room for both ends */
    uint8_t *room;
} Figure;

typedef struct { uint8_t *must, *may; } Truth; /* the same where nothing is unknown; as LIFE: never, perhaps not */

typedef struct {
    const Plan *plan;
    Figure *figures;
    Truth *truths;
    uint16_t **codes; /* index + 2: 0 is none, 1 unknown */
    uint64_t **sets;  /* a bit a code, the highest for 'absent' */
    const int32_t *rows; /* which ones from `first` on; NULL: all of them */
    int64_t first;
    int n; /* a multiple of WIDTH */
    int doubted;
    uint8_t *doubt;
} Frame;

typedef int64_t __attribute__((may_alias)) Bits; /* of a double */
static const uint64_t ABSENT = 1ull << 63;

#if defined(__GNUC__) && !defined(__clang__)
#define EACH(i) _Pragma("GCC ivdep") for (int i = 0; i < n; i++) /* no result overlaps an operand */
#else
#define EACH(i) for (int i = 0; i < n; i++)
#endif

/* How many rows a loop is over: whole vectors of whatever width, the last rows being there twice. */
INLINE int size(const Frame *f) { return f->n & ~(WIDTH - 1); }
INLINE int exact(const Figure *f) { return f->rel == 0 && f->abs == 0; }
INLINE int known(const Figure *f) { return f->low == f->high; }
INLINE int settled(const Truth *t) { return t->must == t->may; }
INLINE double larger(double a, double b) { return a > b ? a : b; }

/* One array for both ends if `one`, else two. */
INLINE void fresh(Figure *f, int one) {
    f->low = f->ends;
    f->high = one ? f->ends : f->ends + ROWS;
    f->maybe = NULL;
    f->rel = f->abs = 0;
    f->nought = f->holes = 0;
}

INLINE void about(Figure *f, double big, double rel, double abs, int nought, int holes) {
    f->big = big, f->rel = rel, f->abs = abs, f->nought = nought, f->holes = holes;
}

/* `must` begins the room of a truth. */
INLINE void truths(Truth *t, int one) { t->may = one ? t->must : t->must + ROWS; }

INLINE int any(const uint8_t *mask, int n) {
    uint8_t found = 0;
    EACH(i) found |= mask[i];
    return found != 0;
}

/* What exists in some completions only where either does. */
INLINE void shaky(Figure *to, const Figure *a, const Figure *b, int n) {
    if (!a->maybe && !b->maybe) return;
    uint8_t *room = to->maybe = to->room;
    const uint8_t *x = a->maybe ? a->maybe : b->maybe, *y = b->maybe ? b->maybe : x;
    EACH(i) room[i] = x[i] | y[i];
}

/* What may not exist meets no test for sure. */
INLINE void unless(uint8_t *must, const uint8_t *maybe, int n) {
    if (maybe) EACH(i) must[i] &= !maybe[i];
}

static void all_in_doubt(Frame *f) {
    memset(f->doubt, 1, (size_t)f->n);
    f->doubted = 1;
}

/* ---------------------------------------------------------------- facts */

/* A column's cells for the rows at hand: where they are, or gathered. */
#define CELLS(name, type)                                                                             \
    INLINE const type *name(const Frame *f, int column, type *room) {                                 \
        const type *cells = (const type *)f->plan->columns[column] + f->first;                        \
        if (!f->rows) return cells;                                                                   \
        for (int i = 0; i < f->n; i++) room[i] = cells[f->rows[i]];                                   \
        return room;                                                                                  \
    }
CELLS(doubles, double)
CELLS(bytes, int8_t)
CELLS(shorts, int16_t)
CELLS(wholes, int32_t)
CELLS(masks, uint64_t)

/* Which subjects did not exist in a year, and of which that is not known: a the date of birth, b the first year with a record, or -1. */
OPERATION life(Frame *f, const Instruction *op) {
    double day_room[ROWS];
    int16_t year_room[ROWS];
    const double *born = doubles(f, op->a, day_room), *k = f->plan->figures + op->k;
    truths(&f->truths[op->to], 0);
    uint8_t *never = f->truths[op->to].must, *perhaps = f->truths[op->to].may;
    const int n = size(f);
    const double last = k[0];
    const int year = (int)k[1];
    EACH(i) never[i] = born[i] > last;
    EACH(i) perhaps[i] = born[i] != born[i];
    if (op->b >= 0) {
        const int16_t *first = shorts(f, op->b, year_room);
        EACH(i) perhaps[i] &= (first[i] == 0) | (first[i] > year);
    }
}

/* The next block of a column is fetched while this one is worked on. */
INLINE void soon(const double *cells) {
    for (int i = 0; i < ROWS; i += 8) __builtin_prefetch(cells + i, 0, 2);
}

/* A recorded figure or date: a the column, b its LIFE or -1, c bit 0 a date, bit 1 optional; figures: steps to N, the ends of an unknown one. */
OPERATION fact_figure(Frame *f, const Instruction *op) {
    const int n = size(f), date = op->c & 1, optional = op->c & 2;
    const double *k = f->plan->figures + op->k, times = k[0], lowest = k[1], highest = k[2];
    Figure *to = &f->figures[op->to];
    double cells[ROWS];
    const double *cell = doubles(f, op->a, cells);
    uint8_t open[ROWS];
    const Bits *bits = (const Bits *)cell;
    const int64_t beyond = 0x7ff0000000000000; /* infinity; NaN comes after it */
    int64_t never_came = 0, most = 0, top = 0, signs = 0;
    if (!f->rows) soon(cell + ROWS);
    EACH(i) { /* without their sign, doubles are in the order of their bits */
        const int64_t size = bits[i] & INT64_MAX, there = size < beyond ? size : 0;
        most = there > most ? there : most;
        top = size > top ? size : top;
        signs |= bits[i];
    }
    if (date) EACH(i) never_came |= cell[i] == -INFINITY;
    const int unknown = top > beyond;
    fresh(to, !unknown);
    if (!unknown && !never_came && times == 1 && !f->rows) {
        to->low = to->high = (double *)cell; /* as it is */
    } else {
        double *low = to->low;
        if (date && never_came) EACH(i) low[i] = cell[i] == -INFINITY ? NAN : cell[i] * times;
        else EACH(i) low[i] = cell[i] * times;
    }
    const double *low = to->low;
    memcpy(&to->big, &most, sizeof to->big);
    to->big *= times;
    to->nought = signs >= 0;
    to->holes = never_came != 0;
    if (unknown) {
        double *least = to->low, *highest_of = to->high;
        uint8_t *room = to->room;
        if (op->b >= 0) {
            const uint8_t *never = f->truths[op->b].must, *perhaps = f->truths[op->b].may, always = optional != 0;
            EACH(i) open[i] = (cell[i] != cell[i]) & (never[i] ^ 1);
            EACH(i) room[i] = open[i] & (perhaps[i] | always);
            if (any(room, n)) to->maybe = room;
            to->holes |= any(never, n);
            EACH(i) highest_of[i] = open[i] ? highest : low[i];
            EACH(i) least[i] = open[i] ? lowest : low[i];
        } else {
            if (optional) {
                EACH(i) room[i] = cell[i] != cell[i];
                to->maybe = room;
            }
            EACH(i) highest_of[i] = cell[i] != cell[i] ? highest : low[i];
            EACH(i) least[i] = cell[i] != cell[i] ? lowest : low[i];
        }
        to->nought &= lowest >= 0;
        if (isfinite(lowest)) to->big = larger(to->big, fabs(lowest));
        if (isfinite(highest)) to->big = larger(to->big, fabs(highest));
    }
    to->rel = to->big < EXACT ? 0 : ULP;
}

/* The same, only to be compared with figures: the cells as they are, `holes` where some are unknown, and as a truth (c) which of them are, the
   surely existing ones as must. count: the traits. */
OPERATION fact_cell(Frame *f, const Instruction *op) {
    const int n = size(f), date = op->count & 1, optional = op->count & 2;
    Figure *to = &f->figures[op->to];
    Truth *open = &f->truths[op->c];
    const double *cell = doubles(f, op->a, to->ends);
    int64_t unknown = 0, never_came = 0;
    if (!f->rows) soon(cell + ROWS);
    EACH(i) unknown |= cell[i] != cell[i];
    if (date) EACH(i) never_came |= cell[i] == -INFINITY;
    to->low = to->high = (double *)cell;
    to->holes = unknown != 0;
    truths(open, 0);
    if (unknown) {
        uint8_t *must = open->must, *may = open->may;
        EACH(i) may[i] = cell[i] != cell[i];
        if (op->b >= 0) {
            const uint8_t *never = f->truths[op->b].must, *perhaps = f->truths[op->b].may;
            EACH(i) may[i] &= never[i] ^ 1;
            EACH(i) must[i] = may[i] & (perhaps[i] ^ 1);
        } else memcpy(must, may, (size_t)n);
        if (optional) memset(must, 0, (size_t)n);
    }
    if (never_came) {
        double *there = to->low = to->high = to->ends;
        EACH(i) there[i] = cell[i] == -INFINITY ? NAN : cell[i];
    }
}

OPERATION fact_flag(Frame *f, const Instruction *op) {
    int8_t room[ROWS];
    const int8_t *cell = bytes(f, op->a, room);
    const int n = size(f);
    Truth *to = &f->truths[op->to];
    int8_t sign = 0;
    EACH(i) sign |= cell[i];
    truths(to, sign >= 0);
    uint8_t *must = to->must, *may = to->may;
    EACH(i) must[i] = cell[i] == 1;
    if (sign < 0) EACH(i) may[i] = (cell[i] == 1) | (cell[i] < 0);
}

OPERATION fact_code(Frame *f, const Instruction *op) {
    int32_t room[ROWS];
    const int32_t *cell = wholes(f, op->a, room);
    uint16_t *at = f->codes[op->to];
    const int n = size(f);
    EACH(i) at[i] = (uint16_t)(cell[i] + 2);
}

/* The sets that recorded codes stand for: a the code, list the table's place and length. */
OPERATION fact_set(Frame *f, const Instruction *op) {
    const uint64_t *table = f->plan->masks + op->list;
    const uint16_t *at = f->codes[op->a];
    uint64_t *to = f->sets[op->to];
    const int n = size(f);
    EACH(i) to[i] = table[at[i] < op->count ? at[i] : 0];
}

/* ---------------------------------------------------------------- figures */

INLINE void summed(Figure *to, const Figure *a, const Figure *b) {
    to->big = a->big + b->big;
    to->rel = to->abs = 0;
    if (!(exact(a) && exact(b) && to->big < EXACT)) to->abs = a->rel * a->big + b->rel * b->big + a->abs + b->abs + ULP * to->big;
    to->holes = a->holes | b->holes;
}

OPERATION add(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), one = known(a) && known(b);
    fresh(to, one);
    EACH(i) to->low[i] = a->low[i] + b->low[i];
    if (!one) EACH(i) to->high[i] = a->high[i] + b->high[i];
    summed(to, a, b);
    to->nought = a->nought & b->nought;
    shaky(to, a, b, n);
}

OPERATION subtract(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), one = known(a) && known(b);
    fresh(to, one);
    EACH(i) to->low[i] = a->low[i] - b->high[i];
    if (!one) EACH(i) to->high[i] = a->high[i] - b->low[i];
    summed(to, a, b);
    shaky(to, a, b, n);
}

/* The figure is added, or what is subtracted is taken from it. */
INLINE void add_figure(Frame *f, const Instruction *op, int from) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const double k = f->plan->figures[op->k];
    const Figure figure = {.big = fabs(k)};
    fresh(to, known(a));
    if (from) {
        EACH(i) to->low[i] = k - a->high[i];
        if (!known(a)) EACH(i) to->high[i] = k - a->low[i];
    } else {
        EACH(i) to->low[i] = a->low[i] + k;
        if (!known(a)) EACH(i) to->high[i] = a->high[i] + k;
    }
    summed(to, a, &figure);
    to->nought = !from && a->nought && k >= 0;
    shaky(to, a, &figure, n);
}

OPERATION add_one(Frame *f, const Instruction *op) { add_figure(f, op, 0); }
OPERATION subtract_from(Frame *f, const Instruction *op) { add_figure(f, op, 1); }

/* The same values over a finer scale. */
OPERATION scale(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const double k = f->plan->figures[op->k], big = a->big * k;
    fresh(to, known(a));
    EACH(i) to->low[i] = a->low[i] * k;
    if (!known(a)) EACH(i) to->high[i] = a->high[i] * k;
    about(to, big, big < EXACT ? a->rel : a->rel + ULP, a->abs * k, a->nought, a->holes);
    shaky(to, a, a, n);
}

/* Times a known figure; c: the figure itself is rounded. */
OPERATION times(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f), turned = f->plan->figures[op->k] < 0;
    const double k = f->plan->figures[op->k], big = a->big * fabs(k), rel = op->c ? a->rel + 2 * ULP : a->rel;
    const double *low = turned ? a->high : a->low, *high = turned ? a->low : a->high;
    fresh(to, known(a) || k == 0);
    if (k == 0) {
        EACH(i) to->low[i] = low[i] != low[i] ? NAN : 0;
        about(to, 0, 0, 0, 1, a->holes);
    } else {
        EACH(i) to->low[i] = low[i] * k;
        if (!known(a)) EACH(i) to->high[i] = high[i] * k;
        about(to, big, big < EXACT && !op->c ? rel : rel + ULP, a->abs * fabs(k), a->nought && k > 0, a->holes);
    }
    shaky(to, a, a, n);
}

/* x * y with 0 * infinity = 0; an absent factor stays absent. */
INLINE double product(double x, double y) {
    const double found = x * y;
    return (x == 0 && y == y) || (y == 0 && x == x) ? 0 : found;
}

INLINE double lower(double a, double b) { return a != a || b != b ? NAN : a < b ? a : b; }
INLINE double upper(double a, double b) { return a != a || b != b ? NAN : a > b ? a : b; }

OPERATION multiply(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), one = known(a) && known(b);
    fresh(to, one);
    double *low = to->low, *high = to->high;
    if (one || (a->nought && b->nought)) {
        EACH(i) low[i] = product(a->low[i], b->low[i]);
        if (!one) EACH(i) high[i] = product(a->high[i], b->high[i]);
    } else {
        EACH(i) {
            const double p = product(a->low[i], b->low[i]), q = product(a->low[i], b->high[i]);
            const double r = product(a->high[i], b->low[i]), s = product(a->high[i], b->high[i]);
            low[i] = lower(lower(p, q), lower(r, s));
            high[i] = upper(upper(p, q), upper(r, s));
        }
    }
    const double big = a->big * b->big, rel = a->rel + b->rel + a->rel * b->rel;
    double abs = 0;
    if (a->abs != 0 || b->abs != 0) abs = (a->abs * (b->big * (1 + b->rel) + b->abs) + b->abs * a->big * (1 + a->rel)) * (1 + ULP);
    const int whole = exact(a) && exact(b) && big < EXACT;
    about(to, big, whole ? 0 : rel + ULP, whole ? 0 : abs, a->nought & b->nought, a->holes | b->holes);
    shaky(to, a, b, n);
}

/* x / y at the ends of a range whose divisor is not 0; anything over infinity is 0. */
INLINE double over(double x, double y) { return isinf(y) && x == x ? 0 : x / y; }

/* A quotient, rounded; over a range that touches 0 it can be absent, over a known 0 it is. The figure turns it to the scale 1. */
OPERATION quotient(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const double factor = f->plan->figures[op->k];
    uint8_t touched = 0;
    double big = 0, smallest = INFINITY;
    fresh(to, known(a) && known(b));
    EACH(i) {
        double al = a->low[i], ah = a->high[i], bl = b->low[i], bh = b->high[i], low, high;
        uint8_t touches = 0;
        if (al != al || bl != bl || (bl == 0 && bh == 0)) {
            low = high = NAN;
        } else if (bl > 0 || bh < 0) {
            const double p = over(al, bl), q = over(al, bh), r = over(ah, bl), s = over(ah, bh);
            low = lower(lower(p, q), lower(r, s)), high = upper(upper(p, q), upper(r, s));
        } else if (bl < 0 && bh > 0) {
            low = -INFINITY, high = INFINITY, touches = 1;
        } else {
            const double x_low = bl < 0 ? -ah : al, x_high = bl < 0 ? -al : ah, far = bl < 0 ? -bl : bh;
            low = x_low < 0 ? -INFINITY : over(x_low, far), high = x_high > 0 ? INFINITY : over(x_high, far), touches = 1;
        }
        if (bl == bl) {
            if (bl != 0 && fabs(bl) < smallest) smallest = fabs(bl);
            if (bh != 0 && fabs(bh) < smallest) smallest = fabs(bh);
        }
        to->low[i] = low * factor;
        to->high[i] = high * factor;
        to->room[i] = touches | (a->maybe ? a->maybe[i] : 0) | (b->maybe ? b->maybe[i] : 0);
        touched |= to->room[i];
        if (isfinite(low) && fabs(low) > big) big = fabs(low);
        if (isfinite(high) && fabs(high) > big) big = fabs(high);
    }
    to->maybe = touched ? to->room : NULL;
    double abs = 0;
    if (a->abs != 0 || b->abs != 0) abs = smallest <= 2 * b->abs ? INFINITY : (a->abs + big * b->abs) / (smallest - b->abs) * factor * (1 + 4 * ULP);
    about(to, big * factor * (1 + 2 * ULP), a->rel + b->rel + 4 * ULP, abs, a->nought & b->nought, 1);
}

/* Where a quotient by a divisor from 0 on exists, as far as the divisor goes. */
OPERATION divides(Frame *f, const Instruction *op) {
    const Figure *b = &f->figures[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = known(b) && !b->maybe;
    truths(to, one);
    uint8_t *must = to->must, *may = to->may;
    EACH(i) must[i] = b->low[i] > 0;
    if (!one) EACH(i) may[i] = b->high[i] > 0;
    unless(must, b->maybe, n);
}

INLINE void extreme(Frame *f, const Instruction *op, int least) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), one = known(a) && known(b);
    fresh(to, one);
    for (int end = 0; end < (one ? 1 : 2); end++) {
        const double *x = end ? a->high : a->low, *y = end ? b->high : b->low;
        double *found = end ? to->high : to->low;
        if (least) EACH(i) found[i] = x[i] != x[i] ? x[i] : x[i] < y[i] ? x[i] : y[i];
        else EACH(i) found[i] = x[i] != x[i] ? x[i] : x[i] > y[i] ? x[i] : y[i];
    }
    about(to, larger(a->big, b->big), larger(a->rel, b->rel), larger(a->abs, b->abs), least ? a->nought & b->nought : a->nought | b->nought,
          a->holes | b->holes);
    shaky(to, a, b, n);
}

OPERATION least(Frame *f, const Instruction *op) { extreme(f, op, 1); }
OPERATION most(Frame *f, const Instruction *op) { extreme(f, op, 0); }

INLINE void extreme_figure(Frame *f, const Instruction *op, int least) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const double k = f->plan->figures[op->k];
    fresh(to, known(a));
    for (int end = 0; end < (known(a) ? 1 : 2); end++) {
        const double *x = end ? a->high : a->low;
        double *found = end ? to->high : to->low;
        if (least) EACH(i) found[i] = k < x[i] ? k : x[i];
        else EACH(i) found[i] = k > x[i] ? k : x[i];
    }
    about(to, larger(a->big, fabs(k)), a->rel, a->abs, least ? a->nought && k >= 0 : a->nought || k >= 0, a->holes);
    shaky(to, a, a, n);
}

OPERATION least_figure(Frame *f, const Instruction *op) { extreme_figure(f, op, 1); }
OPERATION most_figure(Frame *f, const Instruction *op) { extreme_figure(f, op, 0); }

/* The figure where it exists, else 0. */
OPERATION present(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    fresh(to, known(a) && !a->maybe);
    EACH(i) to->low[i] = a->low[i] != a->low[i] ? 0 : a->low[i];
    if (to->high != to->low) EACH(i) to->high[i] = a->high[i] != a->high[i] ? 0 : a->high[i];
    if (a->maybe) {
        EACH(i) to->low[i] = a->maybe[i] && to->low[i] > 0 ? 0 : to->low[i];
        EACH(i) to->high[i] = a->maybe[i] && to->high[i] < 0 ? 0 : to->high[i];
    }
    about(to, a->big, a->rel, a->abs, a->nought, 0);
}

OPERATION tally(Frame *f, const Instruction *op) {
    const int32_t *list = f->plan->lists + op->list;
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    fresh(to, 0);
    EACH(i) to->low[i] = to->high[i] = 0;
    for (int part = 0; part < op->count; part++) {
        const Truth *t = &f->truths[list[part]];
        EACH(i) to->low[i] += t->must[i];
        EACH(i) to->high[i] += t->may[i];
    }
    about(to, op->count, 0, 0, 1, 0);
}

/* Whole years from a day to the day of evaluation, by the table of completed years: figures: the day, the table's length, the table. */
OPERATION whole_years(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const double *k = f->plan->figures + op->k, today = k[0], last = k[1] - 1, *years = k + 2;
    if (!exact(a)) all_in_doubt(f);
    fresh(to, known(a));
    for (int end = 0; end < (known(a) ? 1 : 2); end++) {
        const double *day = end ? a->low : a->high;
        double *found = end ? to->high : to->low;
        EACH(i) {
            const double gone = today - day[i], within = gone > 0 ? gone < last ? gone : last : 0;
            found[i] = day[i] != day[i] ? NAN : years[(int)within];
        }
    }
    about(to, 1e4, 0, 0, 1, a->holes);
    shaky(to, a, a, n);
}

/* The calendar year of a day's ordinal, by eras of 400 years that begin in March. */
INLINE double year(double day) {
    if (!isfinite(day)) return day;
    const int64_t shifted = (int64_t)day + 305, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097, of_era = shifted - era * 146097;
    const int64_t of_400 = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * of_400 + of_400 / 4 - of_400 / 100);
    return (double)(of_400 + era * 400 + (of_year >= 306));
}

OPERATION year_of(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    if (!exact(a)) all_in_doubt(f);
    fresh(to, known(a));
    if (exact(a)) {
        EACH(i) to->low[i] = year(a->low[i]);
        if (!known(a)) EACH(i) to->high[i] = year(a->high[i]);
    } else EACH(i) to->low[i] = to->high[i] = 0;
    about(to, a->big / 365 + 1e4, 0, 0, 0, a->holes);
    shaky(to, a, a, n);
}

/* Anything from a to b; b is -1 where there is no upper end. */
OPERATION between(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = op->b < 0 ? a : &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    fresh(to, 0);
    EACH(i) {
        const int gone = a->low[i] != a->low[i] || b->high[i] != b->high[i];
        to->low[i] = gone ? NAN : a->low[i];
        to->high[i] = gone ? NAN : op->b < 0 ? INFINITY : b->high[i];
    }
    about(to, larger(a->big, b->big), larger(a->rel, b->rel), larger(a->abs, b->abs), a->nought, a->holes | b->holes);
    shaky(to, a, b, n);
}

/* Down to whole steps of d: t and d are whole and exact, so a quotient that is off by one is seen by what is left. */
INLINE double steps_down(double t, double d, double part) {
    const double q = floor(t * part), left = t - q * d;
    return q + (left >= d ? 1 : 0) - (left < 0 ? 1 : 0);
}

/* To a multiple of a step. Figures: N to steps as up / down and rounded, steps to the new N; c the direction. */
OPERATION round_to(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f), way = op->c;
    const double *k = f->plan->figures + op->k, up = k[0], down = k[1], ratio = k[2], size = k[3];
    const double big = (floor(a->big * ratio * (1 + 4 * ULP)) + 1) * size;
    fresh(to, known(a));
    for (int end = 0; end < (known(a) ? 1 : 2); end++) {
        const double *x = end ? a->high : a->low;
        double *found = end ? to->high : to->low;
        if (exact(a) && down == 1 && big < EXACT) {
            const double factor = up * size;
            EACH(i) found[i] = x[i] * factor;
        } else if (exact(a) && 2 * (a->big + 1) * up + down < EXACT && 2 * down < EXACT) {
            const double part = 1 / down;
            if (way == DOWN) EACH(i) found[i] = steps_down(x[i] * up, down, part) * size;
            else if (way == UP) EACH(i) found[i] = -steps_down(-x[i] * up, down, part) * size;
            else EACH(i) found[i] = steps_down(x[i] * (2 * up) + down, 2 * down, part / 2) * size;
        } else {
            EACH(i) {
                const double steps = x[i] * ratio, shifted = way == HALF_UP ? steps + 0.5 : steps;
                const double error = (a->rel + 4 * ULP) * (fabs(shifted) + 1) + a->abs * ratio;
                found[i] = (way == UP ? ceil(shifted) : floor(shifted)) * size;
                const uint8_t near = isfinite(shifted) && !(fabs(shifted - rint(shifted)) > error);
                f->doubt[i] |= near, f->doubted |= near;
            }
        }
    }
    about(to, big, 0, 0, a->nought, a->holes);
    shaky(to, a, a, n);
}

/* ---------------------------------------------------------------- either */

/* One end where nothing is absent: either a register or a figure on each side. */
INLINE double side(const double *x, double k, int i, int figure) { return figure ? k : x[i]; }

INLINE void choose(Frame *f, const Instruction *op, const int figure_a, const int figure_b) {
    static const Figure NONE;
    const Truth *c = &f->truths[op->c];
    const double *k = f->plan->figures + op->k, ka = k[0], kb = k[1];
    const Figure *a = figure_a ? &NONE : &f->figures[op->a], *b = figure_b ? &NONE : &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), sure = settled(c), one = sure && known(a) && known(b);
    const uint8_t *must = c->must, *may = c->may;
    fresh(to, one);
    double *low = to->low, *high = to->high;
    if (a->holes || b->holes || a->maybe || b->maybe) {
        uint8_t some = 0;
        EACH(i) {
            const double al = side(a->low, ka, i, figure_a), ah = side(a->high, ka, i, figure_a);
            const double bl = side(b->low, kb, i, figure_b), bh = side(b->high, kb, i, figure_b);
            const uint8_t am = a->maybe ? a->maybe[i] : 0, bm = b->maybe ? b->maybe[i] : 0;
            const int a_gone = al != al, b_gone = bl != bl;
            if (must[i]) low[i] = al, high[i] = ah, to->room[i] = am;
            else if (!may[i]) low[i] = bl, high[i] = bh, to->room[i] = bm;
            else {
                low[i] = a_gone ? bl : b_gone ? al : al < bl ? al : bl;
                high[i] = a_gone ? bh : b_gone ? ah : ah > bh ? ah : bh;
                to->room[i] = (am | bm | (a_gone != b_gone)) & !(a_gone && b_gone);
            }
            some |= to->room[i];
        }
        to->maybe = some ? to->room : NULL;
    } else if (sure) {
        EACH(i) low[i] = must[i] ? side(a->low, ka, i, figure_a) : side(b->low, kb, i, figure_b);
        if (!one) EACH(i) high[i] = must[i] ? side(a->high, ka, i, figure_a) : side(b->high, kb, i, figure_b);
    } else {
        EACH(i) {
            const double x = side(a->low, ka, i, figure_a), y = side(b->low, kb, i, figure_b), least = x < y ? x : y, open = may[i] ? least : y;
            low[i] = must[i] ? x : open;
        }
        EACH(i) {
            const double x = side(a->high, ka, i, figure_a), y = side(b->high, kb, i, figure_b), most = x > y ? x : y, open = may[i] ? most : y;
            high[i] = must[i] ? x : open;
        }
    }
    about(to, larger(figure_a ? fabs(ka) : a->big, figure_b ? fabs(kb) : b->big), larger(a->rel, b->rel), larger(a->abs, b->abs),
          (figure_a ? ka >= 0 : a->nought) && (figure_b ? kb >= 0 : b->nought), a->holes | b->holes);
}

OPERATION choose_either(Frame *f, const Instruction *op) { choose(f, op, 0, 0); }
OPERATION choose_figure(Frame *f, const Instruction *op) { choose(f, op, 1, 0); }
OPERATION choose_or_figure(Frame *f, const Instruction *op) { choose(f, op, 0, 1); }
OPERATION choose_figures(Frame *f, const Instruction *op) { choose(f, op, 1, 1); }

OPERATION choose_truth(Frame *f, const Instruction *op) {
    const Truth *a = &f->truths[op->a], *b = &f->truths[op->b], *c = &f->truths[op->c];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    for (int end = 0; end < 2; end++) {
        uint8_t *found = end ? to->may : to->must;
        const uint8_t *x = end ? a->may : a->must, *y = end ? b->may : b->must, *yes = end ? c->may : c->must, *no = end ? c->must : c->may;
        EACH(i) found[i] = (yes[i] & x[i]) | ((no[i] ^ 1) & y[i]);
    }
}

OPERATION choose_set(Frame *f, const Instruction *op) {
    const uint64_t *a = f->sets[op->a], *b = f->sets[op->b];
    const uint8_t *must = f->truths[op->c].must, *may = f->truths[op->c].may;
    uint64_t *to = f->sets[op->to];
    const int n = size(f);
    EACH(i) to[i] = must[i] ? a[i] : may[i] ? a[i] | b[i] : b[i];
}

OPERATION set_of(Frame *f, const Instruction *op) {
    const uint64_t set = f->plan->masks[op->list];
    uint64_t *to = f->sets[op->to];
    const int n = size(f);
    EACH(i) to[i] = set;
}

/* Every class that a total can have whoever the others are. */
OPERATION any_class(Frame *f, const Instruction *op) {
    const Figure *total = &f->figures[op->a];
    const uint64_t whole = f->plan->masks[op->list];
    const int n = size(f);
    EACH(i) f->sets[op->to][i] = total->low[i] != total->low[i] ? ABSENT : total->maybe && total->maybe[i] ? whole | ABSENT : whole;
}

/* ---------------------------------------------------------------- truths */

INLINE int meets(int op, double x, double y) {
    switch (op) {
        case LT: return x < y;
        case LE: return x <= y;
        case GT: return x > y;
        default: return x >= y;
    }
}

#define COMPARED_BY(op, to, x, y)                         \
    switch (op) {                                         \
        case LT: EACH(i) (to)[i] = (x) < (y); break;      \
        case LE: EACH(i) (to)[i] = (x) <= (y); break;     \
        case GT: EACH(i) (to)[i] = (x) > (y); break;      \
        default: EACH(i) (to)[i] = (x) >= (y);            \
    }

/* Where two rounded figures lie within their errors of each other. */
INLINE void near_by(Frame *f, double x, double y, double rel, double abs, int i) {
    const double gap = x - y, size = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    const uint8_t near = isfinite(gap) && !(fabs(gap) > rel * size + abs);
    f->doubt[i] |= near, f->doubted |= near;
}

/* = and !=, of two registers or of a register and a figure. */
INLINE void equal(Truth *to, int op, const Figure *a, const Figure *b, double k, int n, int figure) {
    uint8_t *must = to->must, *may = to->may;
    EACH(i) {
        const double al = a->low[i], ah = a->high[i], bl = side(b->low, k, i, figure), bh = side(b->high, k, i, figure);
        const int same = al == ah && bl == bh && al == bl, apart = ah < bl || bh < al, there = al == al && bl == bl;
        must[i] = (uint8_t)(op == EQ ? same : apart);
        may[i] = (uint8_t)(op == EQ ? al <= bh && bl <= ah : there && !same);
    }
}

OPERATION compare(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = known(a) && known(b) && !a->maybe && !b->maybe && op->c < EQ, upward = op->c == GT || op->c == GE;
    truths(to, one);
    uint8_t *must = to->must, *may = to->may;
    if (op->c >= EQ) equal(to, op->c, a, b, 0, n, 0);
    else {
        const double *x = upward ? a->low : a->high, *y = upward ? b->high : b->low;
        COMPARED_BY(op->c, must, x[i], y[i])
        x = upward ? a->high : a->low, y = upward ? b->low : b->high;
        if (!one) COMPARED_BY(op->c, may, x[i], y[i])
    }
    unless(must, a->maybe, n);
    unless(must, b->maybe, n);
    if (exact(a) && exact(b)) return;
    const double rel = a->rel + b->rel + 4 * ULP, abs = a->abs + b->abs;
    EACH(i) near_by(f, a->low[i], b->high[i], rel, abs, i);
    EACH(i) near_by(f, a->high[i], b->low[i], rel, abs, i);
    if (op->c >= EQ) {
        EACH(i) near_by(f, a->low[i], b->low[i], rel, abs, i);
        EACH(i) near_by(f, a->high[i], b->high[i], rel, abs, i);
    }
}

/* With a figure: the whole number that asks the same, and the figure as it is; b: for = and !=, no whole number equals it. */
OPERATION compare_figure(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = known(a) && !a->maybe && op->c < EQ, upward = op->c == GT || op->c == GE;
    const double *k = f->plan->figures + op->k, at = exact(a) ? k[0] : k[1];
    truths(to, one);
    uint8_t *must = to->must, *may = to->may;
    if (op->c >= EQ && op->b && exact(a)) {
        EACH(i) {
            const int there = a->low[i] == a->low[i], spans = a->low[i] < k[1] && a->high[i] > k[1];
            must[i] = (uint8_t)(op->c == NE && there && !spans);
            may[i] = (uint8_t)(op->c == NE ? there : spans);
        }
    } else if (op->c >= EQ) equal(to, op->c, a, a, at, n, 1);
    else {
        const double *x = upward ? a->low : a->high;
        COMPARED_BY(op->c, must, x[i], at)
        x = upward ? a->high : a->low;
        if (!one) COMPARED_BY(op->c, may, x[i], at)
    }
    unless(must, a->maybe, n);
    if (exact(a)) return;
    EACH(i) near_by(f, a->low[i], k[1], a->rel + 4 * ULP, a->abs, i);
    EACH(i) near_by(f, a->high[i], k[1], a->rel + 4 * ULP, a->abs, i);
}

/* x / y against up / down, in whole numbers. */
static int quotient_meets(int op, double x, double y, int64_t up, int64_t down) {
    if (isinf(y) || x == 0) x = 0, y = 1; /* anything over infinity is 0 */
    if (isinf(x)) return meets(op, (x > 0) == (y > 0) ? 1 : -1, 0); /* above or below every figure */
    const __int128 left = (__int128)(int64_t)x * down, right = (__int128)(int64_t)y * up;
    const __int128 gap = y > 0 ? left - right : right - left;
    return meets(op, gap > 0 ? 1 : gap < 0 ? -1 : 0, 0);
}

/* The pair of a comparison of two ranges of whole numbers, divided, with a figure; bit 0 must, bit 1 may. */
static int quotients_meet(int op, double al, double ah, double bl, double bh, int64_t up, int64_t down) {
    if (al != al || bl != bl || (bl == 0 && bh == 0)) return 0;
    if (bl > 0 || bh < 0) {
        const int p = quotient_meets(op, al, bl, up, down), q = quotient_meets(op, al, bh, up, down);
        const int r = quotient_meets(op, ah, bl, up, down), s = quotient_meets(op, ah, bh, up, down);
        return (p & q & r & s) | (p | q | r | s) << 1;
    }
    if (bl < 0 && bh > 0) return 2;
    const double low = bl < 0 ? -ah : al, high = bl < 0 ? -al : ah, far = bl < 0 ? -bl : bh;
    const int p = low < 0 ? meets(op, -1, 0) : quotient_meets(op, low, far, up, down);
    const int q = high > 0 ? meets(op, 1, 0) : quotient_meets(op, high, far, up, down);
    return (p | q) << 1;
}

/* Recorded cells with a figure; count: what an unknown one meets, bit 0 surely, bit 1 perhaps. */
OPERATION compare_cell(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    const Truth *open = &f->truths[op->b];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = !a->holes || !op->count;
    const double at = f->plan->figures[op->k], *cell = a->low;
    truths(to, one);
    uint8_t *must = to->must, *may = to->may;
    COMPARED_BY(op->c, must, cell[i], at)
    if (one) return;
    const uint8_t *sure = open->must, *perhaps = open->may;
    EACH(i) may[i] = must[i] | perhaps[i];
    if (op->count & 1) EACH(i) must[i] |= sure[i];
}

/* x * down against up * y, where they are so near that rounding may have turned them. */
INLINE uint8_t turned(double x, double y, double rel) {
    const double gap = fabs(x - y), size = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    return (gap <= rel * size) & (gap < INFINITY);
}

/* A quotient a / b, whose divisor allows it where `list[0]` says, against a figure: as whole numbers up / down, and as doubles. It is multiplied
   out, and where the products are rounded and near each other, in 128 bits; as are the rows of a block in which a divisor can be negative. */
OPERATION compare_quotient(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    const Truth *there = &f->truths[f->plan->lists[op->list]];
    const int64_t up = f->plan->wholes[op->count], down = f->plan->wholes[op->count + 1];
    const double u = f->plan->figures[op->k], d = f->plan->figures[op->k + 1];
    const int n = size(f), upward = op->c == GT || op->c == GE, whole = exact(a) && exact(b);
    const int plain = b->nought && (up > 0 || (up == 0 && op->c == GT)), one = plain && known(a) && !a->maybe && settled(there);
    Truth *to = &f->truths[op->to];
    truths(to, one);
    uint8_t *must = to->must, *may = to->may;
    if (!plain || (!whole && (a->abs != 0 || b->abs != 0))) {
        if (!whole) all_in_doubt(f);
        EACH(i) must[i] = may[i] = 0;
        for (int i = 0; whole && i < n; i++) {
            const int pair = quotients_meet(op->c, a->low[i], a->high[i], b->low[i], b->high[i], up, down);
            must[i] = (uint8_t)(pair & 1), may[i] = (uint8_t)(pair >> 1);
        }
        unless(must, a->maybe, n);
        unless(must, b->maybe, n);
        return;
    }
    const double *x = upward ? a->low : a->high, *y = upward ? b->high : b->low;
    const double *x_other = upward ? a->high : a->low, *y_other = upward ? b->low : b->high;
    COMPARED_BY(op->c, must, x[i] * d, u * y[i])
    if (one) { /* both are the same */
    } else if (op->c == GE) { /* over a divisor of 0 there is no quotient of 0 */
        EACH(i) may[i] = (x_other[i] * d >= u * y_other[i]) & (x_other[i] > 0);
    } else {
        COMPARED_BY(op->c, may, x_other[i] * d, u * y_other[i])
    }
    if (!whole || larger(b->big * u, a->big * d) >= EXACT) {
        const double rel = a->rel + b->rel + 4 * ULP;
        uint8_t near[ROWS];
        EACH(i) near[i] = turned(x[i] * d, u * y[i], rel);
        EACH(i) near[i] |= turned(x_other[i] * d, u * y_other[i], rel);
        for (int i = 0; i < n; i++) {
            if (!near[i]) continue;
            if (!whole) {
                f->doubt[i] = 1, f->doubted = 1;
                continue;
            }
            const int pair = quotients_meet(op->c, a->low[i], a->high[i], b->low[i], b->high[i], up, down);
            must[i] = (uint8_t)(pair & 1);
            if (!one) may[i] = (uint8_t)(pair >> 1);
        }
    }
    const uint8_t *sure = there->must, *perhaps = there->may;
    EACH(i) must[i] &= sure[i];
    unless(must, a->maybe, n);
    if (!one) EACH(i) may[i] &= perhaps[i];
}

/* A recorded code among others: runs of indices that must hold and runs that may, or, where there are many, a table. */
OPERATION one_of(Frame *f, const Instruction *op) {
    const uint16_t *at = f->codes[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    uint8_t *must = to->must, *may = to->may;
    if (op->b < 0) {
        const uint8_t *table = f->plan->flags + op->list;
        EACH(i) {
            const uint8_t pair = at[i] < op->count ? table[at[i]] : 0;
            must[i] = pair & 1, may[i] = pair >> 1;
        }
        return;
    }
    const int32_t *runs = f->plan->lists + op->list;
    memset(must, 0, (size_t)n);
    for (int run = 0; run < op->b; run++) {
        const uint16_t first = (uint16_t)runs[2 * run], length = (uint16_t)(runs[2 * run + 1] - runs[2 * run]);
        EACH(i) must[i] |= (uint16_t)(at[i] - first) <= length;
    }
    memcpy(may, must, (size_t)n);
    for (int run = op->b; run < op->count; run++) {
        const uint16_t first = (uint16_t)runs[2 * run], length = (uint16_t)(runs[2 * run + 1] - runs[2 * run]);
        EACH(i) may[i] |= (uint16_t)(at[i] - first) <= length;
    }
}

/* A set against wanted codes (inside) and the rest (outside); c: negated. */
OPERATION one_of_set(Frame *f, const Instruction *op) {
    const uint64_t *set = f->sets[op->a], inside = f->plan->masks[op->list], outside = f->plan->masks[op->list + 1];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    uint8_t *must = to->must, *may = to->may;
    if (op->c) {
        EACH(i) must[i] = (set[i] & (inside | ABSENT)) == 0;
        EACH(i) may[i] = (set[i] & outside) != 0;
    } else {
        EACH(i) must[i] = (set[i] & ~inside) == 0;
        EACH(i) may[i] = (set[i] & inside) != 0;
    }
}

OPERATION same_set(Frame *f, const Instruction *op) {
    const uint64_t *a = f->sets[op->a], *b = f->sets[op->b];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    uint8_t *must = to->must, *may = to->may;
    EACH(i) {
        const uint64_t shared = a[i] & b[i] & ~ABSENT;
        must[i] = a[i] == b[i] && (a[i] & (a[i] - 1)) == 0 && shared != 0;
        may[i] = shared != 0;
    }
}

OPERATION exists(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, !a->maybe);
    uint8_t *must = to->must, *may = to->may;
    const uint8_t *maybe = a->maybe;
    EACH(i) may[i] = a->low[i] == a->low[i];
    if (maybe) EACH(i) must[i] = may[i] & !maybe[i];
}

/* c: an unknown one may be none. */
OPERATION exists_code(Frame *f, const Instruction *op) {
    const uint16_t *at = f->codes[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, !op->c);
    uint8_t *must = to->must, *may = to->may;
    EACH(i) may[i] = at[i] != 0;
    if (op->c) EACH(i) must[i] = at[i] > 1;
}

OPERATION exists_set(Frame *f, const Instruction *op) {
    const uint64_t *set = f->sets[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    uint8_t *must = to->must, *may = to->may;
    EACH(i) must[i] = (set[i] & ABSENT) == 0;
    EACH(i) may[i] = (set[i] & ~ABSENT) != 0;
}

INLINE void join(Frame *f, const Instruction *op, int all) {
    const int32_t *list = f->plan->lists + op->list;
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    int one = 1;
    for (int part = 0; part < op->count; part++) one &= settled(&f->truths[list[part]]);
    truths(to, one);
    for (int end = 0; end < (one ? 1 : 2); end++) {
        uint8_t *found = end ? to->may : to->must;
        memcpy(found, end ? f->truths[list[0]].may : f->truths[list[0]].must, (size_t)n);
        for (int part = 1; part < op->count; part++) {
            const uint8_t *more = end ? f->truths[list[part]].may : f->truths[list[part]].must;
            if (all) EACH(i) found[i] &= more[i];
            else EACH(i) found[i] |= more[i];
        }
    }
}

OPERATION all_of(Frame *f, const Instruction *op) { join(f, op, 1); }
OPERATION any_of(Frame *f, const Instruction *op) { join(f, op, 0); }

OPERATION opposite(Frame *f, const Instruction *op) {
    const Truth *a = &f->truths[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = settled(a);
    truths(to, one);
    uint8_t *must = to->must, *may = to->may;
    const uint8_t *no = a->must, *perhaps_no = a->may;
    EACH(i) must[i] = !perhaps_no[i];
    if (!one) EACH(i) may[i] = !no[i];
}

/* At least c of the list hold; fewer than 256 of them. */
OPERATION at_least(Frame *f, const Instruction *op) {
    const int32_t *list = f->plan->lists + op->list;
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    for (int end = 0; end < 2; end++) {
        uint8_t *found = end ? to->may : to->must;
        memset(found, 0, (size_t)n);
        for (int part = 0; part < op->count; part++) {
            const uint8_t *more = end ? f->truths[list[part]].may : f->truths[list[part]].must;
            EACH(i) found[i] = (uint8_t)(found[i] + more[i]);
        }
        const uint8_t wanted = (uint8_t)op->c;
        EACH(i) found[i] = found[i] >= wanted;
    }
}

/* The registry's word (a) where it has one, else the outcome of the recognition's own measure (b) as a may; c: as a must too. */
OPERATION recognised(Frame *f, const Instruction *op) {
    const Truth *a = &f->truths[op->a], *b = &f->truths[op->b];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    uint8_t *must = to->must, *may = to->may;
    const uint8_t *granted = a->must, *open = a->may, *sure = b->must, *perhaps = b->may, assumed = op->c != 0;
    EACH(i) must[i] = granted[i] | (open[i] & sure[i] & assumed);
    EACH(i) may[i] = granted[i] | (open[i] & perhaps[i]);
}

INLINE void fill(Frame *f, const Instruction *op, double k) {
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    fresh(to, 1);
    EACH(i) to->low[i] = k;
    about(to, k == k ? fabs(k) : 0, 0, 0, k >= 0, k != k);
}

OPERATION constant(Frame *f, const Instruction *op) { fill(f, op, f->plan->figures[op->k]); }
OPERATION absence(Frame *f, const Instruction *op) { fill(f, op, NAN); }

OPERATION truth(Frame *f, const Instruction *op) {
    truths(&f->truths[op->to], 1);
    memset(f->truths[op->to].must, op->c, (size_t)f->n);
}

OPERATION ranks(Frame *f, const Instruction *op) {
    uint64_t room[ROWS];
    memcpy(f->sets[op->to], masks(f, op->a, room), (size_t)f->n * sizeof(uint64_t));
}

static void (*const DO[OPERATIONS])(Frame *, const Instruction *) = {
    [LIFE] = life, [FACT_FIGURE] = fact_figure, [FACT_CELL] = fact_cell, [FACT_FLAG] = fact_flag, [FACT_CODE] = fact_code, [FACT_SET] = fact_set,
    [RANKS] = ranks,
    [CONSTANT] = constant, [ABSENCE] = absence, [SCALE] = scale, [ADD] = add, [ADD_FIGURE] = add_one, [SUBTRACT] = subtract,
    [SUBTRACT_FROM] = subtract_from, [PRODUCT] = multiply, [TIMES] = times, [QUOTIENT] = quotient, [DIVIDES] = divides, [LEAST] = least,
    [LEAST_FIGURE] = least_figure, [MOST] = most, [MOST_FIGURE] = most_figure, [PRESENT] = present, [TALLY] = tally, [WHOLE_YEARS] = whole_years,
    [YEAR_OF] = year_of, [BETWEEN] = between, [ROUND] = round_to, [CHOOSE] = choose_either, [CHOOSE_FIGURE] = choose_figure,
    [CHOOSE_OR_FIGURE] = choose_or_figure, [CHOOSE_FIGURES] = choose_figures, [CHOOSE_TRUTH] = choose_truth, [CHOOSE_SET] = choose_set,
    [SET_OF] = set_of, [ANY_CLASS] = any_class, [TRUTH] = truth, [COMPARE] = compare, [COMPARE_FIGURE] = compare_figure,
    [COMPARE_CELL] = compare_cell, [COMPARE_QUOTIENT] = compare_quotient, [ONE_OF] = one_of, [ONE_OF_SET] = one_of_set, [SAME_SET] = same_set,
    [EXISTS] = exists,
    [EXISTS_CODE] = exists_code, [EXISTS_SET] = exists_set, [ALL] = all_of, [ANY] = any_of, [NOT] = opposite, [AT_LEAST] = at_least,
    [RECOGNISED] = recognised,
};

static void execute(Frame *f, const Program *program) {
    for (const Instruction *op = program->code, *end = op + program->length; op < end; op++) DO[op->op](f, op);
}

/* ---------------------------------------------------------------- results */

typedef struct { int64_t yes, may; __int128 low, high; int unbounded; } Total; /* may: yes or depends */

typedef struct {
    Total *totals;                 /* a measure each */
    int32_t *rows;                 /* whoever may have a measure: `capacity` places a measure, in order; NULL where only totals are wanted */
    uint8_t *must;
    double *low, *high;
    int64_t capacity;
    int32_t (*doubts)[2];          /* a row and a measure, or -1 for all measures */
    int64_t doubted, doubts_most;  /* more doubts than there is room for are counted, not named */
} Results;

static void doubtful(Results *found, int64_t row, int32_t measure) {
    if (found->doubted < found->doubts_most) found->doubts[found->doubted][0] = (int32_t)row, found->doubts[found->doubted][1] = measure;
    found->doubted++;
}

/* 64 bytes of 0 or 1 as bits. */
INLINE uint64_t bits_of(const uint8_t *mask) {
    uint64_t set = 0;
#if defined(__SSE2__)
    for (int at = 0; at < 64; at += 16) {
        const __m128i high = _mm_slli_epi16(_mm_loadu_si128((const __m128i *)(mask + at)), 7);
        set |= (uint64_t)(uint32_t)_mm_movemask_epi8(high) << at;
    }
#else
    for (int at = 0; at < 64; at++) set |= (uint64_t)mask[at] << at;
#endif
    return set;
}

/* The places that are set. */
INLINE int places(const uint8_t *mask, int n, int32_t *found) {
    int count = 0;
    for (int at = 0; at < n; at += 64)
        for (uint64_t set = bits_of(mask + at); set; set &= set - 1) found[count++] = at + __builtin_ctzll(set);
    return count;
}

/* So many rows as whole vectors: the first one again until they are full. */
INLINE int filled(int32_t *rows, int n) {
    const int all = (n + WIDTH - 1) & ~(WIDTH - 1);
    for (int i = n; i < all; i++) rows[i] = rows[0];
    return all;
}

/* What an amount gives to so many of the rows: from 0 on where it is not sure, and nothing where it does not exist. */
INLINE void in_fen(Frame *g, const Figure *amount, double times, const uint8_t *sure, double *low, double *high) {
    const int n = size(g);
    const double *least = amount->low, *most = amount->high;
    const uint8_t *maybe = amount->maybe;
    if (!exact(amount) || !(amount->big * times < EXACT)) all_in_doubt(g);
    EACH(i) low[i] = least[i] > 0 ? least[i] * times : 0;
    EACH(i) low[i] = sure[i] ? low[i] : 0;
    if (maybe) EACH(i) low[i] = maybe[i] ? 0 : low[i];
    EACH(i) high[i] = most[i] > 0 ? most[i] * times : 0;
}

/* One measure over a block, for the rows that may have it; its amount is reckoned for them alone. */
FOR_EACH_PROCESSOR static void due(Frame *f, Frame *g, int32_t number, Results *found) {
    const Measure *measure = &f->plan->measures[number];
    const Truth *status = &f->truths[measure->status];
    Total *total = &found->totals[number];
    int32_t rows[ROWS];
    uint8_t sure[ROWS];
    double low[ROWS], high[ROWS];
    int count = places(status->may, f->n, rows), n = filled(rows, count);
    if (!count) return;
    for (int i = 0; i < count; i++) sure[i] = status->must[rows[i]];
    if (measure->program >= 0) {
        for (int i = count; i < n; i++) sure[i] = 0;
        g->rows = rows, g->first = f->first, g->n = n;
        if (g->doubted) memset(g->doubt, 0, ROWS);
        g->doubted = 0;
        execute(g, &g->plan->programs[measure->program]);
        in_fen(g, &g->figures[measure->amount], measure->times, sure, low, high);
        if (g->doubted) {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (g->doubt[i]) doubtful(found, f->first + rows[i], number);
                else rows[kept] = rows[i], sure[kept] = sure[i], low[kept] = low[i], high[kept] = high[i], kept++;
            }
            count = kept;
        }
        for (int i = count; i < n; i++) low[i] = high[i] = 0;
        int64_t low_sum = 0, high_sum = 0, unbounded = 0; /* so many amounts below 2^52 fit */
        EACH(i) unbounded |= high[i] > EXACT;
        EACH(i) low_sum += (int64_t)low[i];
        EACH(i) high_sum += (int64_t)(high[i] > EXACT ? 0 : high[i]);
        total->low += low_sum, total->high += high_sum, total->unbounded |= unbounded != 0;
    }
    int yes = 0;
    for (int i = 0; i < count; i++) yes += sure[i];
    if (found->rows) {
        const int64_t at = number * found->capacity + total->may;
        for (int i = 0; i < count; i++) found->rows[at + i] = (int32_t)(f->first + rows[i]);
        memcpy(found->must + at, sure, (size_t)count);
        if (measure->program < 0) memset(low, 0, sizeof low), memset(high, 0, sizeof high);
        memcpy(found->low + at, low, (size_t)count * sizeof(double));
        memcpy(found->high + at, high, (size_t)count * sizeof(double));
    }
    total->yes += yes, total->may += count;
}

/* A doubtful row has no measure; what lies beyond the last row neither. */
static void leave_out(Frame *f, int n) {
    for (int32_t number = 0; number < f->plan->measure_count; number++) {
        uint8_t *may = f->truths[f->plan->measures[number].status].may;
        for (int i = 0; i < f->n; i++) may[i] &= i < n && !f->doubt[i];
    }
}

static void run_rows(Frame *f, Frame *g, int64_t first, int64_t last, Results *found) {
    int32_t rows[ROWS];
    for (int64_t at = first; at < last; at += ROWS) {
        const int n = last - at < ROWS ? (int)(last - at) : ROWS;
        for (int i = 0; n < ROWS && i < n; i++) rows[i] = i;
        f->rows = n < ROWS ? rows : NULL, f->first = at, f->n = n < ROWS ? filled(rows, n) : n;
        if (f->doubted) memset(f->doubt, 0, ROWS);
        f->doubted = 0;
        execute(f, &f->plan->programs[0]);
        for (int i = 0; f->doubted && i < n; i++)
            if (f->doubt[i]) doubtful(found, at + i, -1);
        if (f->doubted || n < f->n) leave_out(f, n);
        for (int32_t number = 0; number < f->plan->measure_count; number++) due(f, g, number, found);
    }
}

/* ---------------------------------------------------------------- Python */

/* Registers and their room, in one piece of memory; NULL if there is none. */
static void *make_frame(Frame *f, const Plan *plan) {
    const size_t figures = (size_t)plan->registers[0], truth_count = (size_t)plan->registers[1];
    const size_t codes = (size_t)plan->registers[2], sets = (size_t)plan->registers[3];
    const size_t room = figures * (2 * sizeof(double) + 1) + truth_count * 2 + codes * sizeof(uint16_t) + sets * sizeof(uint64_t) + 1;
    const size_t heads = figures * sizeof(Figure) + truth_count * sizeof(Truth) + (codes + sets) * sizeof(void *);
    char *memory = calloc(room * ROWS + heads + 128, 1);
    if (!memory) return NULL;
    char *at = memory + (64 - (uintptr_t)memory % 64);
    *f = (Frame){.plan = plan};
    double *ends = (double *)at;
    at += figures * 2 * sizeof(double) * ROWS;
    uint64_t *set_room = (uint64_t *)at;
    at += sets * sizeof(uint64_t) * ROWS;
    uint16_t *code_room = (uint16_t *)at;
    at += codes * sizeof(uint16_t) * ROWS;
    uint8_t *byte_room = (uint8_t *)at;
    at += (figures + 2 * truth_count + 1) * ROWS;
    f->figures = (Figure *)at;
    at += figures * sizeof(Figure);
    f->truths = (Truth *)at;
    at += truth_count * sizeof(Truth);
    f->codes = (uint16_t **)at;
    f->sets = (uint64_t **)(at + codes * sizeof(void *));
    for (size_t n = 0; n < figures; n++, ends += 2 * ROWS, byte_room += ROWS)
        f->figures[n].low = f->figures[n].high = f->figures[n].ends = ends, f->figures[n].room = byte_room;
    for (size_t n = 0; n < truth_count; n++, byte_room += 2 * ROWS) f->truths[n].must = f->truths[n].may = byte_room;
    for (size_t n = 0; n < codes; n++, code_room += ROWS) f->codes[n] = code_room;
    for (size_t n = 0; n < sets; n++, set_room += ROWS) f->sets[n] = set_room;
    f->doubt = byte_room;
    return memory;
}

enum { MOST_BUFFERS = 4096 };
typedef struct { Py_buffer held[MOST_BUFFERS]; int count; } Buffers;

/* The memory behind an array of so large items, at least so many of them. */
static void *buffer(Buffers *all, PyObject *array, size_t item, int64_t items, int writable, int64_t *count) {
    if (all->count == MOST_BUFFERS) {
        PyErr_SetString(PyExc_ValueError, "too many columns");
        return NULL;
    }
    Py_buffer *view = &all->held[all->count];
    if (PyObject_GetBuffer(array, view, PyBUF_C_CONTIGUOUS | (writable ? PyBUF_WRITABLE : 0)) < 0) return NULL;
    all->count++;
    if ((size_t)view->itemsize != item || view->len < items * (int64_t)item) {
        PyErr_Format(PyExc_ValueError, "an array of %zd items of %zu bytes is wanted, not of %zd bytes in items of %zd", (Py_ssize_t)items, item,
                     view->len, view->itemsize);
        return NULL;
    }
    if (count) *count = view->len / (int64_t)item;
    return view->buf;
}

static void *part(Buffers *all, PyObject *object, const char *name, size_t item, int64_t *count) {
    PyObject *attribute = PyObject_GetAttrString(object, name);
    if (!attribute) return NULL;
    void *found = buffer(all, attribute, item, 0, 0, count);
    Py_DECREF(attribute); /* the view holds it */
    return found;
}

static int read_plan(Buffers *all, PyObject *program, Plan *plan, Program **programs) {
    int64_t code_length, parts, measures, kinds;
    const Instruction *code = part(all, program, "code", sizeof(int32_t), &code_length);
    const int32_t(*spans)[2] = code ? part(all, program, "spans", sizeof(int32_t), &parts) : NULL;
    const int32_t *registers = spans ? part(all, program, "registers", sizeof(int32_t), &kinds) : NULL;
    if (!registers || !(plan->figures = part(all, program, "figures", sizeof(double), NULL)) ||
        !(plan->wholes = part(all, program, "wholes", sizeof(int64_t), NULL)) ||
        !(plan->lists = part(all, program, "lists", sizeof(int32_t), NULL)) ||
        !(plan->flags = part(all, program, "flags", 1, NULL)) || !(plan->masks = part(all, program, "masks", sizeof(uint64_t), NULL)) ||
        !(plan->measures = part(all, program, "measures", sizeof(int32_t), &measures)))
        return 0;
    parts /= 2, measures /= 4;
    if (kinds != 4 || parts < 1 || !(*programs = calloc((size_t)parts, sizeof(Program)))) {
        PyErr_SetString(PyExc_ValueError, "not a program");
        return 0;
    }
    memcpy(plan->registers, registers, sizeof plan->registers);
    plan->measure_count = (int32_t)measures;
    for (int64_t n = 0; n < parts; n++) {
        if (spans[n][0] < 0 || spans[n][1] < 0 || (int64_t)spans[n][0] + spans[n][1] > code_length / 8) {
            PyErr_SetString(PyExc_ValueError, "a program lies outside its code");
            return 0;
        }
        (*programs)[n] = (Program){code + spans[n][0], spans[n][1]};
    }
    plan->programs = *programs;
    return 1;
}

/* The columns, each with cells for all rows; the letters say how they are encoded. */
static const void **read_columns(Buffers *all, PyObject *columns, const char *letters, int64_t rows) {
    const Py_ssize_t count = PyTuple_Size(columns);
    const void **found = calloc((size_t)count + 1, sizeof(void *));
    for (Py_ssize_t n = 0; found && n < count; n++) {
        const size_t item = letters[n] == 'd' || letters[n] == 'Q' ? 8 : letters[n] == 'i' ? 4 : letters[n] == 'h' ? 2 : 1;
        if (!(found[n] = buffer(all, PyTuple_GetItem(columns, n), item, rows, 0, NULL))) {
            free(found);
            return NULL;
        }
    }
    if (!found) PyErr_NoMemory();
    return found;
}

PyDoc_STRVAR(run_doc,
             "run(program, columns, letters, first, last, counts, sums, dues, doubts) -> int\n\n"
             "Run a lowered plan over the rows from first to last. counts[m] gets yes, yes or depends, and whether the cost has no upper end;\n"
             "sums[m] the lowest and the highest cost, each as the lower and the upper 64 bits. dues is None, or arrays by measure: rows, must,\n"
             "low, high. doubts gets the rows that have no result, each with a measure or -1 for all. Returns how many there are; if\n"
             "they are more than doubts has room for, nothing of what was found counts. The interpreter lock is not held.");

static PyObject *run(PyObject *module, PyObject *arguments) {
    PyObject *program, *columns, *counts, *sums, *dues, *doubts, *answer = NULL;
    const char *letters;
    long long first, last;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO!sLLOOOO", &program, &PyTuple_Type, &columns, &letters, &first, &last, &counts, &sums, &dues, &doubts))
        return NULL;
    Plan plan = {0};
    Results found = {0};
    Program *programs = NULL;
    Frame f, g;
    void *f_room = NULL, *g_room = NULL;
    const void **cells = NULL;
    Buffers *all = calloc(1, sizeof(Buffers));
    if (!all) return PyErr_NoMemory();
    if (first < 0 || last < first || last > INT32_MAX || (Py_ssize_t)strlen(letters) != PyTuple_Size(columns)) {
        PyErr_SetString(PyExc_ValueError, "not rows of these columns");
        goto done;
    }
    if (!read_plan(all, program, &plan, &programs) || !(cells = read_columns(all, columns, letters, last))) goto done;
    plan.columns = cells;
    const int64_t measures = plan.measure_count;
    int64_t *count = buffer(all, counts, sizeof(int64_t), measures * 3, 1, NULL);
    uint64_t *sum = count ? buffer(all, sums, sizeof(uint64_t), measures * 4, 1, NULL) : NULL;
    if (!sum || !(found.doubts = buffer(all, doubts, sizeof(int32_t), 0, 1, &found.doubts_most))) goto done;
    found.doubts_most /= 2;
    if (dues != Py_None) {
        const int64_t places_wanted = measures * (last - first);
        found.capacity = last - first;
        if (!PyTuple_Check(dues) || PyTuple_Size(dues) != 4) {
            PyErr_SetString(PyExc_ValueError, "dues are rows, must, low and high");
            goto done;
        }
        if (!(found.rows = buffer(all, PyTuple_GetItem(dues, 0), sizeof(int32_t), places_wanted, 1, NULL)) ||
            !(found.must = buffer(all, PyTuple_GetItem(dues, 1), 1, places_wanted, 1, NULL)) ||
            !(found.low = buffer(all, PyTuple_GetItem(dues, 2), sizeof(double), places_wanted, 1, NULL)) ||
            !(found.high = buffer(all, PyTuple_GetItem(dues, 3), sizeof(double), places_wanted, 1, NULL)))
            goto done;
    }
    found.totals = calloc((size_t)measures + 1, sizeof(Total));
    f_room = make_frame(&f, &plan);
    g_room = make_frame(&g, &plan);
    if (!found.totals || !f_room || !g_room) {
        PyErr_NoMemory();
        goto done;
    }
    Py_BEGIN_ALLOW_THREADS
    run_rows(&f, &g, first, last, &found);
    Py_END_ALLOW_THREADS
    for (int64_t n = 0; n < measures; n++) {
        const Total *total = &found.totals[n];
        count[3 * n] = total->yes, count[3 * n + 1] = total->may, count[3 * n + 2] = total->unbounded;
        sum[4 * n] = (uint64_t)total->low, sum[4 * n + 1] = (uint64_t)(total->low >> 64);
        sum[4 * n + 2] = (uint64_t)total->high, sum[4 * n + 3] = (uint64_t)(total->high >> 64);
    }
    answer = PyLong_FromLongLong(found.doubted);
done:
    for (int n = 0; n < all->count; n++) PyBuffer_Release(&all->held[n]);
    free(found.totals), free(f_room), free(g_room), free(programs), free(cells), free(all);
    return answer;
}

static PyMethodDef METHODS[] = {{"run", run, METH_VARARGS, run_doc}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_kernel", "The block interpreter (see kernel.py).", 0, METHODS, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModule_Create(&MODULE); }
