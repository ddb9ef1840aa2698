/* Registers, and the operations that read facts and reckon with figures. A figure is whole numbers over a fixed scale, in doubles, exact below
   2^53, with a bound on the error of what cannot be held so: the same bounds as columns.py. A row about which rounding leaves a doubt gets no
   result; it is named, and Python settles it. NaN is an absent figure. */

static const double EXACT = 4503599627370496.0, ULP = 0x1p-52;

typedef int64_t __attribute__((may_alias)) Bits; /* of a double */
static const uint64_t ABSENT = 1ull << 63;

#define EACH(i) ALIKE for (int i = 0; i < n; i++)

/* How many rows a loop is over: whole vectors of whatever width, the last rows being there twice. */
INLINE int size(const Frame *f) { return f->n & ~63; }
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

INLINE void truths(Truth *t, int one) {
    t->must = t->room;
    t->may = one ? t->room : t->room + WORDS;
}

/* What exists in some completions only where either does. */
INLINE void shaky(Figure *to, const Figure *a, const Figure *b) {
    if (!a->maybe && !b->maybe) return;
    const uint64_t *x = a->maybe ? a->maybe : b->maybe, *y = b->maybe ? b->maybe : x;
    to->maybe = to->room;
    EACH_WORD(w) to->room[w] = x[w] | y[w];
}

/* What may not exist meets no test for sure. */
INLINE void unless(uint64_t *must, const uint64_t *maybe) {
    if (maybe) EACH_WORD(w) must[w] &= ~maybe[w];
}

/* The rows of which nothing is said. */
INLINE void in_doubt(Frame *f, const uint64_t *rows, int n) {
    for (int w = 0; w < n / 64; w++) f->doubt[w] |= rows[w], f->doubted |= rows[w] != 0;
}

static void all_in_doubt(Frame *f) {
    memset(f->doubt, 0xff, WORDS * sizeof(uint64_t));
    f->doubted = 1;
}

/* ---------------------------------------------------------------- facts */

/* The next block of a column is fetched while this one is worked on. */
INLINE void soon(const void *cells, size_t bytes) {
    for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch((const char *)cells + at, 0, 2);
}

/* A column's cells for the rows at hand: where they are, or gathered. */
#define CELLS(name, type)                                                                                       \
    INLINE const type *name(const Frame *f, int column, type *room) {                                           \
        const type *cells = (const type *)f->columns[column] + f->first;                                        \
        if (!f->rows) {                                                                                         \
            soon(cells + ROWS, ROWS * sizeof(type));                                                            \
            return cells;                                                                                       \
        }                                                                                                       \
        for (int i = 0; i < f->n; i++) room[i] = cells[f->rows[i]];                                             \
        return room;                                                                                            \
    }
CELLS(doubles, double)
CELLS(bytes, int8_t)
CELLS(shorts, int16_t)
CELLS(wholes, int32_t)
CELLS(masks, uint64_t)

/* Which subjects did not exist in a year, and of which that is not known: a the date of birth, b the first year with a record; list: which year. */
OPERATION life(Frame *f, const Instruction *op) {
    Frame *block = f->whole ? f->whole : f;
    Life *found = &block->lives[op->list];
    Truth *to = &f->truths[op->to];
    if (found->block != block->first) {
        double day_room[ROWS];
        int16_t year_room[ROWS];
        const double *born = doubles(block, op->a, day_room), *k = f->plan->figures + op->k;
        const int16_t *first = shorts(block, op->b, year_room);
        const int n = size(block), year = (int)k[1];
        const Lanes last = lanes_of(k[0]);
        uint64_t later[WORDS] = {0};
        TESTED(found->never, i, less(last, lanes(born + i)))
        TESTED(found->perhaps, i, gone(lanes(born + i)))
        WHERE(later, i, (first[i] == 0) | (first[i] > year))
        EACH_WORD(w) found->perhaps[w] &= later[w];
        found->block = block->first;
    }
    if (f == block) to->must = found->never, to->may = found->perhaps;
    else {
        truths(to, 0);
        gathered(to->must, found->never, f->chosen);
        gathered(to->may, found->perhaps, f->chosen);
    }
}

/* A recorded figure or date: a the column, b its LIFE or -1, c bit 0 a date, bit 1 optional; figures: steps to N, the ends of an unknown one. */
OPERATION fact_figure(Frame *f, const Instruction *op) {
    const int n = size(f), date = op->c & 1, optional = op->c & 2;
    const double *k = f->plan->figures + op->k, times = k[0], lowest = k[1], highest = k[2];
    Figure *to = &f->figures[op->to];
    double cells[ROWS];
    const double *cell = doubles(f, op->a, cells);
    const Bits *bits = (const Bits *)cell;
    const int64_t beyond = 0x7ff0000000000000; /* infinity; NaN comes after it */
    int64_t never_came = 0, most = 0, top = 0, signs = 0;
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
    } else if (!unknown) {
        double *low = to->low;
        if (never_came) EACH(i) low[i] = cell[i] == -INFINITY ? NAN : cell[i] * times;
        else EACH(i) low[i] = cell[i] * times;
    }
    memcpy(&to->big, &most, sizeof to->big);
    to->big *= times;
    to->nought = signs >= 0;
    to->holes = never_came != 0;
    if (unknown) {
        uint64_t open[WORDS] = {0};
        TESTED(open, i, gone(lanes(cell + i)))
        if (op->b >= 0) {
            const uint64_t *never = f->truths[op->b].must, *perhaps = f->truths[op->b].may, always = optional ? ~0ull : 0;
            EACH_WORD(w) open[w] &= ~never[w];
            EACH_WORD(w) to->room[w] = open[w] & (perhaps[w] | always);
            if (any(to->room)) to->maybe = to->room;
            to->holes |= any(never);
        } else if (optional) {
            memcpy(to->room, open, sizeof open);
            to->maybe = to->room;
        }
        double *least = to->low, *most_of = to->high;
        const Lanes top_end = lanes_of(highest), low_end = lanes_of(lowest), by = lanes_of(times);
        if (never_came) {
            double *there = cells; /* the room for the cells, or what is in it already */
            EACH(i) there[i] = cell[i] == -INFINITY ? NAN : cell[i];
            cell = there;
        }
        EACH_LANES(i) {
            const unsigned set = bits_at(open, i);
            const Lanes x = multiplied(lanes(cell + i), by);
            put(most_of + i, either(set, top_end, x));
            put(least + i, either(set, low_end, x));
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
    int64_t never_came = 0;
    truths(open, 0);
    uint64_t *must = open->must, *may = open->may;
    TESTED(may, i, gone(lanes(cell + i)))
    if (date) EACH(i) never_came |= cell[i] == -INFINITY;
    to->low = to->high = (double *)cell;
    to->holes = any(may);
    if (to->holes) {
        if (op->b >= 0) {
            const uint64_t *never = f->truths[op->b].must, *perhaps = f->truths[op->b].may;
            EACH_WORD(w) may[w] &= ~never[w];
            EACH_WORD(w) must[w] = may[w] & ~perhaps[w];
        } else memcpy(must, may, WORDS * sizeof *must);
        if (optional) memset(must, 0, WORDS * sizeof *must);
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
    WHERE(to->must, i, cell[i] == 1)
    if (sign < 0) WHERE(to->may, i, (cell[i] == 1) | (cell[i] < 0))
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
    shaky(to, a, b);
}

OPERATION subtract(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), one = known(a) && known(b);
    fresh(to, one);
    EACH(i) to->low[i] = a->low[i] - b->high[i];
    if (!one) EACH(i) to->high[i] = a->high[i] - b->low[i];
    summed(to, a, b);
    shaky(to, a, b);
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
    shaky(to, a, &figure);
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
    shaky(to, a, a);
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
    shaky(to, a, a);
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
    shaky(to, a, b);
}

/* x / y at the ends of a range whose divisor is not 0; anything over infinity is 0. */
INLINE double over(double x, double y) { return isinf(y) && x == x ? 0 : x / y; }

/* A quotient, rounded; over a range that touches 0 it can be absent, over a known 0 it is. The figure turns it to the scale 1. */
OPERATION quotient(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const double factor = f->plan->figures[op->k];
    uint8_t a_room[ROWS], b_room[ROWS], shaken[ROWS] = {0};
    const uint8_t *a_maybe = a->maybe ? spread(a->maybe, a_room, n) : shaken, *b_maybe = b->maybe ? spread(b->maybe, b_room, n) : shaken;
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
        shaken[i] = touches | a_maybe[i] | b_maybe[i];
        if (isfinite(low) && fabs(low) > big) big = fabs(low);
        if (isfinite(high) && fabs(high) > big) big = fabs(high);
    }
    WHERE(to->room, i, shaken[i])
    to->maybe = any(to->room) ? to->room : NULL;
    double abs = 0;
    if (a->abs != 0 || b->abs != 0) abs = smallest <= 2 * b->abs ? INFINITY : (a->abs + big * b->abs) / (smallest - b->abs) * factor * (1 + 4 * ULP);
    about(to, big * factor * (1 + 2 * ULP), a->rel + b->rel + 4 * ULP, abs, a->nought & b->nought, 1);
}

/* Where a quotient by a divisor from 0 on exists, as far as the divisor goes. */
OPERATION divides(Frame *f, const Instruction *op) {
    const Figure *b = &f->figures[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = known(b) && !b->maybe;
    const Lanes nought = lanes_of(0);
    truths(to, one);
    TESTED(to->must, i, less(nought, lanes(b->low + i)))
    if (!one) TESTED(to->may, i, less(nought, lanes(b->high + i)))
    unless(to->must, b->maybe);
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
    shaky(to, a, b);
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
    shaky(to, a, a);
}

OPERATION least_figure(Frame *f, const Instruction *op) { extreme_figure(f, op, 1); }
OPERATION most_figure(Frame *f, const Instruction *op) { extreme_figure(f, op, 0); }

/* The figure where it exists, else 0. */
OPERATION present(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Figure *to = &f->figures[op->to];
    const int n = size(f);
    const Lanes nought = lanes_of(0);
    fresh(to, known(a) && !a->maybe);
    for (int end = 0; end < (known(to) ? 1 : 2); end++) {
        const double *x = end ? a->high : a->low;
        double *found = end ? to->high : to->low;
        EACH_LANES(i) {
            const Lanes cell = lanes(x + i);
            unsigned none = gone(cell);
            if (a->maybe) none |= bits_at(a->maybe, i) & (end ? less(cell, nought) : less(nought, cell));
            put(found + i, either(none, nought, cell));
        }
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
        uint8_t room[ROWS];
        spread(t->must, room, n);
        EACH(i) to->low[i] += room[i];
        spread(t->may, room, n);
        EACH(i) to->high[i] += room[i];
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
    shaky(to, a, a);
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
    shaky(to, a, a);
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
    shaky(to, a, b);
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
            uint8_t near[ROWS];
            uint64_t doubts[WORDS];
            EACH(i) {
                const double steps = x[i] * ratio, shifted = way == HALF_UP ? steps + 0.5 : steps;
                const double error = (a->rel + 4 * ULP) * (fabs(shifted) + 1) + a->abs * ratio;
                found[i] = (way == UP ? ceil(shifted) : floor(shifted)) * size;
                near[i] = isfinite(shifted) && !(fabs(shifted - rint(shifted)) > error);
            }
            WHERE(doubts, i, near[i])
            in_doubt(f, doubts, n);
        }
    }
    about(to, big, 0, 0, a->nought, a->holes);
    shaky(to, a, a);
}

