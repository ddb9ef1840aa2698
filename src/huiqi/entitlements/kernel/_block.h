/* One block after the other: who may have what, how much of it, and what that adds up to. Each compilation for a kind of processor (_block.c,
   _block_v3.c, _block_v4.c) includes this file and says how its `RUN` is called. */

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "_plan.h"

#define INLINE static inline __attribute__((always_inline))
#define OPERATION static void
#if defined(__GNUC__) && !defined(__clang__)
#define ALIKE _Pragma("GCC ivdep") /* no result overlaps an operand */
#else
#define ALIKE
#endif

#include "_bits.h"
#include "_figures.h"
#include "_truths.h"
#define FOR_EACH_PROCESSOR
#include "_cumulate.h"

/* ---------------------------------------------------------------- programs */

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

/* ---------------------------------------------------------------- what is due */

static void doubtful(Results *found, int64_t row, int32_t measure) {
    if (!enough((void **)&found->doubts, found->doubted + 1, &found->doubts_room, sizeof *found->doubts)) {
        found->exhausted = 1;
        return;
    }
    found->doubts[found->doubted][0] = (int32_t)row, found->doubts[found->doubted][1] = measure;
    found->doubted++;
}

/* So many rows as whole vectors: the first one again until they are full. */
INLINE int filled(int32_t *rows, int n) {
    const int all = (n + 63) & ~63;
    for (int i = n; i < all; i++) rows[i] = rows[0];
    return all;
}

/* What an amount gives to so many of the rows: from 0 on where it is not sure, and nothing where it does not exist. */
INLINE void in_fen(Frame *g, const Figure *amount, double times, const uint64_t *must, double *low, double *high) {
    const int n = size(g);
    const Lanes by = lanes_of(times), nought = lanes_of(0);
    uint64_t sure[WORDS];
    EACH_WORD(w) sure[w] = amount->maybe ? must[w] & ~amount->maybe[w] : must[w];
    if (!exact(amount) || !(amount->big * times < EXACT)) all_in_doubt(g);
    EACH_LANES(i) put(low + i, either(bits_at(sure, i), multiplied(greater(lanes(amount->low + i), nought), by), nought));
    EACH_LANES(i) put(high + i, multiplied(greater(lanes(amount->high + i), nought), by));
}

/* The rows that may have a measure, and its amount, reckoned for them alone; from `at` on in the dues of the block. Returns where the next begins. */
static int due(Frame *f, Frame *g, int32_t number, const uint64_t *settled_rows, Results *found, int at) {
    const Measure *measure = &f->plan->measures[number];
    const Truth *status = &f->truths[measure->status];
    Dues *dues = &found->dues;
    int32_t *rows = dues->rows + at;
    double *low = dues->low + at, *high = dues->high + at;
    uint64_t may[WORDS], *must = dues->must[number];
    EACH_WORD(w) may[w] = status->may[w] & settled_rows[w];
    int count = places(may, f->n, rows);
    dues->starts[number] = at, dues->counts[number] = count, dues->most[number] = 0;
    memcpy(dues->may[number], may, sizeof may);
    if (!count) return at;
    gathered(must, status->must, may);
    const int n = filled(rows, count);
    if (measure->program < 0) {
        for (int i = 0; i < n; i++) low[i] = high[i] = 0;
        return at + n;
    }
    g->whole = f, g->chosen = may, g->rows = rows, g->first = f->first, g->n = n;
    if (g->doubted) memset(g->doubt, 0, WORDS * sizeof(uint64_t));
    g->doubted = 0;
    execute(g, &g->plan->programs[measure->program]);
    in_fen(g, &g->figures[measure->amount], measure->times, must, low, high);
    dues->most[number] = g->figures[measure->amount].big * measure->times;
    if (g->doubted) {
        int kept = 0;
        uint64_t sure[WORDS] = {0};
        for (int i = 0; i < count; i++) {
            if (bits_at(g->doubt, i) & 1) doubtful(found, f->first + rows[i], number);
            else {
                rows[kept] = rows[i], low[kept] = low[i], high[kept] = high[i];
                sure[kept >> 6] |= (uint64_t)(bits_at(must, i) & 1) << (kept & 63), kept++;
            }
        }
        memcpy(must, sure, sizeof sure);
        dues->counts[number] = count = kept;
    }
    for (int i = count; i < n; i++) low[i] = high[i] = 0;
    return at + n;
}

/* ---------------------------------------------------------------- totals */

/* A sum of fen is that of the lower 32 bits and that of the rest of each; an infinite high end is none, and is counted. */
INLINE int64_t lower_bits(int64_t fen) { return fen & 0xffffffff; }

INLINE void add_all(int64_t *sums, const double *low, const double *high, int n) {
    int64_t low_lo = 0, low_hi = 0, high_lo = 0, high_hi = 0, unbounded = 0;
    EACH(i) {
        const int64_t least = (int64_t)low[i], open = high[i] > DBL_MAX, most = (int64_t)(high[i] > DBL_MAX ? 0 : high[i]);
        low_lo += lower_bits(least), low_hi += least >> 32;
        high_lo += lower_bits(most), high_hi += most >> 32;
        unbounded += open;
    }
    sums[0] += low_lo, sums[1] += low_hi, sums[2] += high_lo, sums[3] += high_hi, sums[4] += unbounded;
}

/* Eight whole numbers at once, and four, wherever they stand. */
typedef int64_t __attribute__((vector_size(64), aligned(8), may_alias)) Eight;
typedef int64_t __attribute__((vector_size(32), aligned(8), may_alias)) Four;

/* To the five fields of a sum goes an amount, and out of them goes another. */
INLINE void exchange(int64_t *sum, double low, double high, double was_low, double was_high) {
    const int64_t least = (int64_t)low, most = (int64_t)(high > DBL_MAX ? 0 : high);
    const int64_t was_least = (int64_t)was_low, was_most = (int64_t)(was_high > DBL_MAX ? 0 : was_high);
    *(Four *)sum += (Four){lower_bits(least), least >> 32, lower_bits(most), most >> 32} -
                    (Four){lower_bits(was_least), was_least >> 32, lower_bits(was_most), was_most >> 32};
    sum[4] += (high > DBL_MAX) - (was_high > DBL_MAX);
}

/* What each of 64 rows adds to a cell, up to PAYABLE. */
INLINE void fields_of(int64_t (*each)[8], const double *low, const double *high, uint64_t must) {
    const int n = 64;
    EACH(i) {
        const int64_t least = (int64_t)low[i], open = high[i] > DBL_MAX, most = (int64_t)(high[i] > DBL_MAX ? 0 : high[i]), yes = must >> i & 1;
        each[i][YES] = yes, each[i][DEPENDS] = yes ^ 1;
        each[i][LOW_LO] = lower_bits(least), each[i][LOW_HI] = least >> 32;
        each[i][HIGH_LO] = lower_bits(most), each[i][HIGH_HI] = most >> 32;
        each[i][UNBOUNDED] = open, each[i][PAYABLE] = 0;
    }
}

/* Narrow sums: where there are many rows and few groups, a cell is three whole numbers: counts packed into one, and of each sum the two halves in one.
   They hold so many rows and amounts below so many fen; then they are added to the fields. All else is added to the fields. */
enum { COUNTS, NARROW_LOW, NARROW_HIGH, NARROW, NARROW_ROWS = 2047, COUNT_BITS = 15, HALF = 44 };
static const int64_t NARROW_FEN = 1ll << 40;

INLINE int64_t halves(int64_t fen) { return (int64_t)((uint64_t)lower_bits(fen) | (uint64_t)fen >> 32 << HALF); }

static void make_narrow(const Plan *plan, int64_t rows, Results *found) {
    for (int which = 0; which < found->dimension_count; which++) {
        Dimension *to = &found->dimensions[which];
        if (!to->groups || 64 * to->size > rows || to->size > 4096) continue;
        to->filled = calloc((size_t)plan->measure_count, sizeof *to->filled);
        to->narrow = to->filled ? calloc((size_t)(plan->measure_count * to->size * NARROW), sizeof *to->narrow) : NULL; /* or none: that is only slower */
    }
}

/* Adds the narrow sums of a measure to its fields. */
static void widen(Dimension *dimension, int32_t number) {
    const int64_t lower = ((int64_t)1 << HALF) - 1, count = (1 << COUNT_BITS) - 1;
    int64_t *narrow = dimension->narrow + number * dimension->size * NARROW, *cell = dimension->totals + number * dimension->size * FIELDS;
    if (!dimension->filled[number]) return;
    for (int64_t group = 0; group < dimension->size; group++, narrow += NARROW, cell += FIELDS) {
        const int64_t counts = narrow[COUNTS], yes = counts & count;
        if (!counts) continue;
        cell[YES] += yes, cell[DEPENDS] += (counts >> COUNT_BITS & count) - yes;
        cell[LOW_LO] += narrow[NARROW_LOW] & lower, cell[LOW_HI] += narrow[NARROW_LOW] >> HALF;
        cell[HIGH_LO] += narrow[NARROW_HIGH] & lower, cell[HIGH_HI] += narrow[NARROW_HIGH] >> HALF;
        cell[UNBOUNDED] += counts >> 2 * COUNT_BITS;
        for (int which = 0; which < NARROW; which++) narrow[which] = 0;
    }
    dimension->filled[number] = 0;
}

static void end_narrow(const Plan *plan, Results *found) {
    for (int which = 0; which < found->dimension_count; which++) {
        Dimension *of = &found->dimensions[which];
        for (int32_t number = 0; of->narrow && number < plan->measure_count; number++) widen(of, number);
        free(of->narrow), free(of->filled);
    }
}

/* So many rows, at most 64 of them, to the narrow sums of a measure; 0 if they are too wide. */
INLINE int add_narrow(Dimension *dimension, int32_t number, const int32_t *groups, const int32_t *rows, int count, const double *low,
                      const double *high, uint64_t must) {
    int64_t lows[64], highs[64], counts[64], all = 0;
    const int n = 64;
    EACH(i) counts[i] = (int64_t)(must >> i & 1) + (1 << COUNT_BITS);
    EACH(i) { /* a loop of its own: compilers make vectors of each, but not of both together */
        const int64_t least = (int64_t)low[i], most = (int64_t)(high[i] > DBL_MAX ? 0 : high[i]);
        lows[i] = halves(least), highs[i] = halves(most);
        counts[i] += high[i] > DBL_MAX ? (int64_t)1 << 2 * COUNT_BITS : 0;
        all |= least | most;
    }
    if (all >= NARROW_FEN) return 0;
    if (dimension->filled[number] + count > NARROW_ROWS) widen(dimension, number);
    dimension->filled[number] += count;
    int64_t *sums = dimension->narrow + number * dimension->size * NARROW;
    for (int i = 0; i < count; i++) {
        int64_t *cell = sums + (int64_t)groups[rows[i]] * NARROW;
        cell[COUNTS] += counts[i], cell[NARROW_LOW] += lows[i], cell[NARROW_HIGH] += highs[i];
    }
    return 1;
}

static void add_up(const Frame *f, Results *found) {
    const Dues *dues = &found->dues;
    int64_t each[64][8];
    for (int32_t number = 0; number < f->plan->measure_count; number++) {
        const int at = dues->starts[number], count = dues->counts[number], n = (count + 63) & ~63;
        const double *low = dues->low + at, *high = dues->high + at;
        const uint64_t *must = dues->must[number];
        if (!count) continue;
        for (int which = 0; which < found->dimension_count; which++) {
            Dimension *dimension = &found->dimensions[which];
            int64_t *totals = dimension->totals + number * dimension->size * FIELDS;
            if (!dimension->groups) {
                int sure = 0;
                for (int w = 0; w < n / 64; w++) sure += __builtin_popcountll(must[w]);
                totals[YES] += sure, totals[DEPENDS] += count - sure;
                add_all(totals + LOW_LO, low, high, n);
                continue;
            }
            const int32_t *groups = dimension->groups + f->first;
            for (int from = 0; from < count; from += 64) {
                const int last = count - from < 64 ? count - from : 64;
                const int32_t *rows = dues->rows + at + from;
                if (dimension->narrow && add_narrow(dimension, number, groups, rows, last, low + from, high + from, must[from / 64])) continue;
                fields_of(each, low + from, high + from, must[from / 64]);
                for (int i = 0; i < last; i++) *(Eight *)(totals + (int64_t)groups[rows[i]] * FIELDS) += *(const Eight *)each[i];
            }
        }
    }
}

/* What stacking changes, to what is payable of a measure: that of all rows is what is due and this. `cut` are its dues, which are left so much of. */
static void add_cuts(const Frame *f, Results *found, int32_t number, const int32_t *cut, const double *low, const double *high, int count) {
    const Dues *dues = &found->dues;
    for (int which = 0; which < found->dimension_count; which++) {
        const Dimension *dimension = &found->dimensions[which];
        int64_t *totals = dimension->totals + number * dimension->size * FIELDS + PAYABLE;
        for (int k = 0; k < count; k++) {
            const int i = cut[k];
            int64_t *cell = totals + (dimension->groups ? (int64_t)dimension->groups[f->first + dues->rows[i]] * FIELDS : 0);
            exchange(cell, low[k], high[k], dues->low[i], dues->high[i]);
        }
    }
}

/* What is payable to each subject of all measures in stacking rules together, in the last line. */
static void add_up_together(const Frame *f, int rows, Results *found) {
    const double *low = found->pile.total_low, *high = found->pile.total_high;
    for (int which = 0; which < found->dimension_count; which++) {
        const Dimension *dimension = &found->dimensions[which];
        int64_t *totals = dimension->totals + f->plan->measure_count * dimension->size * FIELDS + PAYABLE;
        if (!dimension->groups) add_all(totals, low, high, f->n);
        for (int i = 0; dimension->groups && i < rows; i++)
            exchange(totals + (int64_t)dimension->groups[f->first + i] * FIELDS, low[i], high[i], 0, 0);
    }
}

/* ---------------------------------------------------------------- what is payable */

enum { STANDS, PERHAPS, FALLS }; /* see due.py */

/* The limits of stacking rules for all rows; where rounding leaves one of a row that has a result in doubt, the row is marked. */
static void limits_of(Frame *f, Frame *g, const uint64_t *settled_rows, Pile *pile, uint64_t *doubt) {
    const Stacked *stacked = &f->plan->stacked;
    uint64_t sure[WORDS];
    EACH_WORD(w) sure[w] = ~0ull;
    for (int32_t limit = 0; limit < stacked->limit_count; limit++) {
        const Measure *of = &stacked->limits[limit];
        g->whole = f, g->chosen = sure, g->rows = f->rows, g->first = f->first, g->n = f->n;
        if (g->doubted) memset(g->doubt, 0, WORDS * sizeof(uint64_t));
        g->doubted = 0;
        execute(g, &g->plan->programs[of->program]);
        in_fen(g, &g->figures[of->amount], of->times, sure, pile->given_low + limit * STRIDE, pile->given_high + limit * STRIDE);
        if (g->doubted) EACH_WORD(w) doubt[w] |= g->doubt[w] & settled_rows[w];
    }
}

/* Rows that are in doubt for one measure of the rules get no result for any. */
static void leave_out(Frame *f, Results *found, const uint64_t *doubt) {
    const Stacked *stacked = &f->plan->stacked;
    Dues *dues = &found->dues;
    for (int32_t line = 0; line < stacked->line_count; line++) {
        const int32_t number = stacked->lines[line], at = dues->starts[number];
        uint64_t *must = dues->must[number], sure[WORDS] = {0};
        int kept = 0;
        for (int i = 0; i < dues->counts[number]; i++) {
            const int32_t row = dues->rows[at + i];
            if (doubt[row >> 6] >> (row & 63) & 1) continue;
            dues->rows[at + kept] = row, dues->low[at + kept] = dues->low[at + i], dues->high[at + kept] = dues->high[at + i];
            sure[kept >> 6] |= (uint64_t)(bits_at(must, i) & 1) << (kept & 63), kept++;
        }
        for (int i = kept; i < dues->counts[number]; i++) dues->low[at + i] = dues->high[at + i] = 0;
        memcpy(must, sure, sizeof sure);
        dues->counts[number] = kept;
        for (int row = 0; row < f->n; row++)
            if (doubt[row >> 6] >> (row & 63) & 1) doubtful(found, f->first + row, number);
    }
}

/* The rows in which rules see anything of a measure: not those in which it gives nothing, unless it is had by its status. */
static void see(const Dues *dues, int32_t number, int had, uint64_t *seen) {
    const int n = (dues->counts[number] + 63) & ~63;
    const double *high = dues->high + dues->starts[number];
    const Lanes nought = lanes_of(0);
    uint64_t some[WORDS] = {0};
    if (had != BY_AMOUNT) {
        memcpy(seen, dues->may[number], WORDS * sizeof *seen);
        return;
    }
    TESTED(some, i, less(nought, lanes(high + i)))
    put_back(seen, some, dues->may[number]);
}

/* The rows in which a rule of a part can cut something: it sees two of its measures, or one where there is a limit, and where that is on their sum,
   this is more. In all others everything is payable, and the total is the sum. */
static void can_be_cut(const Frame *f, const Stacked *stacked, const Part *part, const Dues *dues, Pile *pile, uint64_t *rows) {
    const int32_t *at = stacked->code + part->code;
    const int n = size(f);
    EACH_WORD(w) rows[w] = 0;
    for (int r = 0; r < part->rules; r++) {
        uint64_t one[WORDS] = {0}, two[WORDS] = {0};
        StackRule rule;
        at = stack_rule(at, &rule);
        for (int k = 0; k < rule.beside_count + rule.count; k++) { /* the two lists follow one another */
            const uint64_t *seen = pile->seen[rule.beside[k]];
            EACH_WORD(w) two[w] |= one[w] & seen[w], one[w] |= seen[w];
        }
        if (rule.limit >= 0) memcpy(two, one, sizeof two);
        if (rule.act == STACK_LAST || rule.act == STACK_PROPORTIONAL) {
            double *asked = pile->asked + rule.limit * STRIDE;
            const double *limit = pile->given_low + rule.limit * STRIDE;
            EACH(i) asked[i] = 0;
            for (int k = 0; k < rule.count; k++) {
                const int32_t number = stacked->lines[part->first + rule.measures[k]], from = dues->starts[number];
                for (int i = from; i < from + dues->counts[number]; i++) asked[dues->rows[i]] += dues->high[i];
            }
            TESTED(two, i, less(lanes(limit + i), lanes(asked + i)))
        }
        EACH_WORD(w) rows[w] |= one[w] & two[w]; /* no others are settled */
    }
}

/* What is due of a measure, on its line for the rows that are cut; a line holds nothing before. */
static void lay_down(const Dues *dues, Pile *pile, int32_t line, int32_t number, int had, const uint64_t *cut, int rows) {
    const int32_t at = dues->starts[number], count = dues->counts[number];
    int32_t *picked = pile->picked + line * STRIDE, *place = pile->place + line * STRIDE;
    double *low = pile->low + line * STRIDE, *high = pile->high + line * STRIDE;
    uint64_t both[WORDS], which[WORDS];
    EACH_WORD(w) both[w] = cut[w] & pile->seen[line][w];
    gathered(which, both, dues->may[number]);
    const int n = pile->counts[line] = places(which, count, picked);
    gathered(which, both, cut);
    places(which, rows, place);
    for (int k = 0; k < n; k++) low[place[k]] = dues->low[at + picked[k]], high[place[k]] = dues->high[at + picked[k]];
    if (had == BY_AMOUNT) return;
    uint8_t *must = pile->must + line * STRIDE, *may = pile->may + line * STRIDE;
    for (int k = 0; k < n; k++) must[place[k]] = bits_at(dues->must[number], picked[k]) & 1, may[place[k]] = 1;
}

/* What is left of it; the line is cleared. */
static void pick_up(const Frame *f, Results *found, int32_t line, int32_t number, int had) {
    const Dues *dues = &found->dues;
    Pile *pile = &found->pile;
    const int32_t at = dues->starts[number], *place = pile->place + line * STRIDE, *picked = pile->picked + line * STRIDE;
    const int by_amount = had == BY_AMOUNT, n = pile->counts[line];
    double *low = pile->low + line * STRIDE, *high = pile->high + line * STRIDE, left_low[ROWS], left_high[ROWS];
    uint8_t *must = pile->must + line * STRIDE, *may = pile->may + line * STRIDE;
    int32_t cut[ROWS];
    int cuts = 0;
    for (int k = 0; k < n; k++) {
        const double l = low[place[k]], h = high[place[k]];
        left_low[cuts] = l, left_high[cuts] = h, cut[cuts] = at + picked[k];
        cuts += (l != dues->low[at + picked[k]]) | (h != dues->high[at + picked[k]]);
        low[place[k]] = high[place[k]] = 0;
    }
    add_cuts(f, found, number, cut, left_low, left_high, cuts);
    if (found->kept.wanted) {
        for (int k = 0; k < cuts; k++) dues->paid_low[cut[k]] = left_low[k], dues->paid_high[cut[k]] = left_high[k];
        for (int k = 0; k < n; k++) {
            const int i = at + picked[k], sure = by_amount ? bits_at(dues->must[number], picked[k]) & 1 : must[place[k]], open = by_amount || may[place[k]];
            const int falls = !open || (dues->paid_high[i] == 0 && dues->high[i] > 0);
            const int perhaps = !sure || (dues->paid_low[i] == 0 && dues->low[i] > 0);
            dues->stands[i] = falls ? FALLS : perhaps ? PERHAPS : STANDS;
        }
    }
    for (int k = 0; !by_amount && k < n; k++) must[place[k]] = may[place[k]] = 0;
}

/* What is due, as payable until something is cut. */
static void all_payable(const Dues *dues, int32_t number) {
    const int32_t at = dues->starts[number], count = dues->counts[number];
    memcpy(dues->paid_low + at, dues->low + at, (size_t)count * sizeof *dues->low);
    memcpy(dues->paid_high + at, dues->high + at, (size_t)count * sizeof *dues->high);
    for (int i = 0; i < count; i++) dues->stands[at + i] = bits_at(dues->must[number], i) & 1 ? STANDS : PERHAPS;
}

/* The rules of a part over the rows that they can cut, close together. */
static void stack_part_of(Frame *f, Results *found, const Part *part) {
    const Stacked *stacked = &f->plan->stacked;
    const int32_t *numbers = stacked->lines + part->first, *had = stacked->had + part->first;
    const Stacking rules = {stacked->code + part->code, had, NULL, &part->out, part->rules, 0, part->out >= 0, stacked->slots};
    const Dues *dues = &found->dues;
    Pile *pile = &found->pile;
    uint64_t cut[WORDS];
    int32_t rows[ROWS + 16];
    double before[2][ROWS], total_low[ROWS], total_high[ROWS];
    for (int line = 0; line < part->count; line++) see(dues, numbers[line], had[line], pile->seen[line]);
    can_be_cut(f, stacked, part, dues, pile, cut);
    const int count = places(cut, f->n, rows);
    for (int i = 0; i < count; i++) before[0][i] = pile->total_low[rows[i]], before[1][i] = pile->total_high[rows[i]];
    for (int line = 0; line < part->count; line++) {
        const int32_t from = dues->starts[numbers[line]], to = from + dues->counts[numbers[line]];
        for (int i = from; i < to; i++) pile->total_low[dues->rows[i]] += dues->low[i], pile->total_high[dues->rows[i]] += dues->high[i];
        if (found->kept.wanted) all_payable(dues, numbers[line]);
    }
    if (!count) return;
    for (int line = 0; line < part->count; line++) lay_down(dues, pile, line, numbers[line], had[line], cut, count);
    const int32_t *at = rules.code;
    for (int r = 0; r < part->rules; r++) {
        StackRule rule;
        at = stack_rule(at, &rule);
        if (rule.limit < 0) continue;
        const int64_t line = (int64_t)rule.limit * STRIDE;
        for (int i = 0; i < count; i++)
            pile->limit_low[line + i] = pile->given_low[line + rows[i]], pile->limit_high[line + i] = pile->given_high[line + rows[i]];
    }
    cumulate(&rules, pile->low, pile->high, pile->must, pile->may, pile->limit_low, pile->limit_high, total_low, total_high, pile->bundles, STRIDE,
             count);
    for (int i = 0; i < count; i++)
        pile->total_low[rows[i]] = before[0][i] + total_low[i], pile->total_high[rows[i]] = before[1][i] + total_high[i];
    for (int line = 0; line < part->count; line++) pick_up(f, found, line, numbers[line], had[line]);
}

/* Where amounts of a row might add up to what doubles do not hold, the order of adding would matter: such rows are in doubt. */
static void too_much(const Frame *f, const Results *found, uint64_t *doubt) {
    const Stacked *stacked = &f->plan->stacked;
    const Dues *dues = &found->dues;
    double most = 0, sum[ROWS] = {0};
    for (int32_t line = 0; line < stacked->line_count; line++) most += dues->most[stacked->lines[line]];
    if (most < 2 * EXACT) return;
    for (int32_t line = 0; line < stacked->line_count; line++) {
        const int32_t number = stacked->lines[line], at = dues->starts[number];
        for (int i = 0; i < dues->counts[number]; i++) {
            const double high = dues->high[at + i];
            sum[dues->rows[at + i]] += high > DBL_MAX ? dues->low[at + i] : high;
        }
    }
    for (int row = 0; row < f->n; row++) doubt[row >> 6] |= (uint64_t)!(sum[row] < 2 * EXACT) << (row & 63);
}

/* Stacking rules over the dues of a block, of which doubts are named from `doubts` on. */
static void stack(Frame *f, Frame *g, const uint64_t *settled_rows, Results *found, int64_t doubts) {
    const Stacked *stacked = &f->plan->stacked;
    Dues *dues = &found->dues;
    Pile *pile = &found->pile;
    uint64_t doubt[WORDS] = {0}, any = 0;
    if (stacked->limit_count) limits_of(f, g, settled_rows, pile, doubt);
    for (int64_t n = doubts; n < found->doubted; n++) {
        const int32_t number = found->doubts[n][1];
        const int64_t row = found->doubts[n][0] - f->first;
        if (number >= 0 && stacked->line_of[number] >= 0) doubt[row >> 6] |= 1ull << (row & 63);
    }
    too_much(f, found, doubt);
    EACH_WORD(w) any |= doubt[w];
    if (any) {
        leave_out(f, found, doubt);
        for (int32_t line = 0; line < stacked->line_count; line++) EACH_WORD(w) dues->may[stacked->lines[line]][w] &= ~doubt[w];
    }
    memset(pile->total_low, 0, ROWS * sizeof *pile->total_low), memset(pile->total_high, 0, ROWS * sizeof *pile->total_high);
    for (int32_t number = 0; number < stacked->part_count; number++) stack_part_of(f, found, &stacked->parts[number]);
}

/* ---------------------------------------------------------------- long rows */

static void keep(const Frame *f, int64_t block, Results *found) {
    const Dues *dues = &found->dues;
    Kept *kept = &found->kept;
    const int32_t measures = f->plan->measure_count;
    const int stacked = f->plan->stacked.line_count > 0;
    int64_t count = kept->count, room[7] = {kept->room, kept->room, kept->room, kept->room, kept->room, kept->room, kept->room};
    for (int32_t number = 0; number < measures; number++) count += dues->counts[number];
    if (!enough((void **)&kept->rows, count, &room[0], sizeof *kept->rows) || !enough((void **)&kept->must, count, &room[1], 1) ||
        !enough((void **)&kept->low, count, &room[2], sizeof *kept->low) || !enough((void **)&kept->high, count, &room[3], sizeof *kept->high) ||
        (stacked && (!enough((void **)&kept->paid_low, count, &room[4], sizeof *kept->paid_low) ||
                     !enough((void **)&kept->paid_high, count, &room[5], sizeof *kept->paid_high) || !enough((void **)&kept->stands, count, &room[6], 1)))) {
        found->exhausted = 1;
        return;
    }
    kept->room = room[0];
    for (int32_t number = 0; number < measures; number++) {
        const int at = dues->starts[number], n = dues->counts[number];
        kept->counts[block * measures + number] = n;
        if (!n) continue;
        uint8_t sure[ROWS];
        spread(dues->must[number], sure, (n + 63) & ~63);
        for (int i = 0; i < n; i++) kept->rows[kept->count + i] = (int32_t)(f->first + dues->rows[at + i]);
        memcpy(kept->must + kept->count, sure, (size_t)n);
        memcpy(kept->low + kept->count, dues->low + at, (size_t)n * sizeof *kept->low);
        memcpy(kept->high + kept->count, dues->high + at, (size_t)n * sizeof *kept->high);
        if (stacked) {
            const int cut = f->plan->stacked.line_of[number] >= 0;
            memcpy(kept->paid_low + kept->count, (cut ? dues->paid_low : dues->low) + at, (size_t)n * sizeof *kept->low);
            memcpy(kept->paid_high + kept->count, (cut ? dues->paid_high : dues->high) + at, (size_t)n * sizeof *kept->high);
            for (int i = 0; i < n; i++) kept->stands[kept->count + i] = cut ? dues->stands[at + i] : sure[i] ? STANDS : PERHAPS;
        }
        kept->count += n;
    }
}

/* ---------------------------------------------------------------- reasons */

/* Two bits a test, must and may, the lowest first. */
static void write_tests(const Frame *f, int64_t first, int rows, uint8_t *tests) {
    const Plan *plan = f->plan;
    const int n = size(f), width = (2 * plan->test_count + 7) / 8;
    for (int at = 0; at < width; at++) {
        uint8_t bytes[ROWS] = {0};
        for (int which = 4 * at; which < 4 * at + 4 && which < plan->test_count; which++) {
            const Truth *t = &f->truths[plan->tests[which]];
            const int shift = 2 * (which - 4 * at);
            uint8_t must_room[ROWS], may_room[ROWS];
            const uint8_t *must = spread(t->must, must_room, n), *may = spread(t->may, may_room, n);
            EACH(i) bytes[i] |= (uint8_t)(must[i] << shift | may[i] << (shift + 1));
        }
        uint8_t *to = tests + first * width + at;
        for (int i = 0; i < rows; i++, to += width) *to = bytes[i];
    }
}

/* ---------------------------------------------------------------- blocks */

void RUN(Frame *f, Frame *g, int64_t first, int64_t last, Results *found) {
    const Plan *plan = f->plan;
    int32_t rows[ROWS];
    for (int32_t n = 0; n < plan->registers[LIVES]; n++) f->lives[n].block = -1;
    make_narrow(plan, last - first, found);
    for (int64_t at = first, block = 0; at < last && !found->exhausted; at += ROWS, block++) {
        const int n = last - at < ROWS ? (int)(last - at) : ROWS;
        uint64_t settled_rows[WORDS];
        for (int i = 0; n < ROWS && i < n; i++) rows[i] = i;
        f->rows = n < ROWS ? rows : NULL, f->first = at, f->n = n < ROWS ? filled(rows, n) : n;
        if (f->doubted) memset(f->doubt, 0, WORDS * sizeof(uint64_t));
        f->doubted = 0;
        execute(f, &plan->programs[0]);
        for (int i = 0; f->doubted && i < n; i++)
            if (bits_at(f->doubt, i) & 1) doubtful(found, at + i, -1);
        if (found->tests) write_tests(f, at, n, found->tests);
        EACH_WORD(w) {
            const int there = n - 64 * w;
            settled_rows[w] = (there >= 64 ? ~0ull : there > 0 ? (1ull << there) - 1 : 0) & ~f->doubt[w];
        }
        const int64_t doubts = found->doubted;
        int used = 0;
        for (int32_t number = 0; number < plan->measure_count; number++) used = due(f, g, number, settled_rows, found, used);
        if (!f->rows)
            for (int32_t n_late = 0; n_late < plan->late_count; n_late++) {
                const int32_t column = plan->late[n_late];
                const size_t bytes = (size_t)plan->widths[column] * ROWS;
                soon((const char *)f->columns[column] + (size_t)at * (size_t)plan->widths[column] + bytes, bytes);
            }
        if (plan->stacked.line_count) {
            stack(f, g, settled_rows, found, doubts);
            add_up_together(f, n, found);
        }
        add_up(f, found);
        if (found->kept.wanted) keep(f, block, found);
    }
    end_narrow(plan, found);
}
