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

/* ---------------------------------------------------------------- what is payable */

enum { STANDS, PERHAPS, FALLS }; /* see due.py */

/* The limits of stacking rules for the rows that have a result; where rounding leaves one in doubt, the row is marked. */
static void limits_of(Frame *f, Frame *g, const uint64_t *settled_rows, Pile *pile, uint64_t *doubt) {
    const Stacked *stacked = &f->plan->stacked;
    int32_t rows[ROWS];
    double low[ROWS], high[ROWS];
    uint64_t sure[WORDS];
    const int count = places(settled_rows, f->n, rows);
    if (!count) return;
    const int n = filled(rows, count);
    EACH_WORD(w) sure[w] = ~0ull;
    for (int32_t limit = 0; limit < stacked->limit_count; limit++) {
        const Measure *of = &stacked->limits[limit];
        g->whole = f, g->chosen = settled_rows, g->rows = rows, g->first = f->first, g->n = n;
        if (g->doubted) memset(g->doubt, 0, WORDS * sizeof(uint64_t));
        g->doubted = 0;
        execute(g, &g->plan->programs[of->program]);
        in_fen(g, &g->figures[of->amount], of->times, sure, low, high);
        for (int i = 0; i < count; i++) {
            const int at = limit * STRIDE + rows[i];
            pile->given_low[at] = low[i], pile->given_high[at] = high[i];
        }
        for (int i = 0; g->doubted && i < count; i++)
            if (bits_at(g->doubt, i) & 1) doubt[rows[i] >> 6] |= 1ull << (rows[i] & 63);
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

/* The rows in which a rule of a part can cut something: they may have two of its measures, or one where there is a limit. In all others everything
   is payable, and the total is the sum. */
static void can_be_cut(const Stacked *stacked, const Part *part, const Dues *dues, uint64_t *rows) {
    const int32_t *at = stacked->code + part->code;
    EACH_WORD(w) rows[w] = 0;
    for (int r = 0; r < part->rules; r++) {
        uint64_t one[WORDS] = {0}, two[WORDS] = {0};
        StackRule rule;
        at = stack_rule(at, &rule);
        for (int k = 0; k < rule.beside_count + rule.count; k++) { /* the two lists follow one another */
            const uint64_t *may = dues->may[stacked->lines[rule.beside[k]]];
            EACH_WORD(w) two[w] |= one[w] & may[w], one[w] |= may[w];
        }
        EACH_WORD(w) rows[w] |= rule.limit < 0 ? two[w] : one[w];
    }
}

/* What is due of a measure, on its line for the rows that are cut; a line holds nothing before. Elsewhere it is payable. */
static void lay_down(Results *found, const Stacked *stacked, int32_t line, const uint64_t *cut, const int32_t *place) {
    const Dues *dues = &found->dues;
    Pile *pile = &found->pile;
    const int32_t number = stacked->lines[line], at = dues->starts[number], count = dues->counts[number], *rows = dues->rows + at;
    int32_t *picked = pile->picked + line * STRIDE;
    double *low = pile->low + line * STRIDE, *high = pile->high + line * STRIDE;
    const size_t whole = (size_t)((count + 63) & ~63) * sizeof(double);
    uint64_t of_dues[WORDS];
    gathered(of_dues, cut, dues->may[number]);
    const int n = pile->counts[line] = places(of_dues, count, picked);
    memcpy(dues->paid_low + at, dues->low + at, whole), memcpy(dues->paid_high + at, dues->high + at, whole);
    for (int i = 0; found->kept.wanted && i < count; i++) dues->stands[at + i] = bits_at(dues->must[number], i) & 1 ? STANDS : PERHAPS;
    for (int i = 0; i < count; i++) pile->total_low[rows[i]] += dues->low[at + i], pile->total_high[rows[i]] += dues->high[at + i];
    for (int k = 0; k < n; k++) {
        const int i = picked[k], to = place[rows[i]];
        low[to] = dues->low[at + i], high[to] = dues->high[at + i];
    }
    if (stacked->had[line] == BY_AMOUNT) return;
    uint8_t *must = pile->must + line * STRIDE, *may = pile->may + line * STRIDE;
    for (int k = 0; k < n; k++) must[place[rows[picked[k]]]] = bits_at(dues->must[number], picked[k]) & 1, may[place[rows[picked[k]]]] = 1;
}

/* What is left of it; the line is cleared. */
static void pick_up(Results *found, const Stacked *stacked, int32_t line, const int32_t *place) {
    const Dues *dues = &found->dues;
    Pile *pile = &found->pile;
    const int32_t number = stacked->lines[line], at = dues->starts[number], *rows = dues->rows + at, *picked = pile->picked + line * STRIDE;
    const int by_amount = stacked->had[line] == BY_AMOUNT, n = pile->counts[line];
    double *low = pile->low + line * STRIDE, *high = pile->high + line * STRIDE;
    uint8_t *must = pile->must + line * STRIDE, *may = pile->may + line * STRIDE;
    for (int k = 0; k < n; k++) {
        const int i = picked[k], row = place[rows[i]];
        const double left_low = low[row], left_high = high[row];
        dues->paid_low[at + i] = left_low, dues->paid_high[at + i] = left_high;
        low[row] = high[row] = 0;
        if (found->kept.wanted) {
            const int sure = by_amount ? bits_at(dues->must[number], i) & 1 : must[row], open = by_amount || may[row];
            const int falls = !open || (left_high == 0 && dues->high[at + i] > 0), perhaps = !sure || (left_low == 0 && dues->low[at + i] > 0);
            dues->stands[at + i] = falls ? FALLS : perhaps ? PERHAPS : STANDS;
        }
    }
    for (int k = 0; !by_amount && k < n; k++) must[place[rows[picked[k]]]] = may[place[rows[picked[k]]]] = 0;
}

/* The rules of a part over the rows that they can cut, close together. */
static void stack_part_of(Frame *f, Results *found, const Part *part) {
    const Stacked *stacked = &f->plan->stacked;
    const Stacking rules = {stacked->code + part->code, stacked->had, NULL, &part->out, part->rules, 0, part->out >= 0, stacked->slots};
    const int32_t *members = stacked->members + part->first;
    Pile *pile = &found->pile;
    uint64_t cut[WORDS];
    int32_t rows[ROWS + 16], place[ROWS];
    double before[2][ROWS], total_low[ROWS], total_high[ROWS];
    can_be_cut(stacked, part, &found->dues, cut);
    const int count = places(cut, f->n, rows);
    for (int i = 0; i < count; i++) {
        place[rows[i]] = i, before[0][i] = pile->total_low[rows[i]], before[1][i] = pile->total_high[rows[i]];
    }
    for (int k = 0; k < part->count; k++) lay_down(found, stacked, members[k], cut, place);
    if (!count) return;
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
    for (int k = 0; k < part->count; k++) pick_up(found, stacked, members[k], place);
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

/* The same by group, from PAYABLE on; rows are those of a block, NULL: all of them. */
INLINE void add_each(int64_t *totals, const int32_t *groups, const int32_t *rows, const double *low, const double *high, int count) {
    for (int i = 0; i < count; i++) {
        int64_t *cell = totals + (int64_t)groups[rows ? rows[i] : i] * FIELDS + PAYABLE;
        const int64_t least = (int64_t)low[i], open = high[i] > DBL_MAX, most = (int64_t)(high[i] > DBL_MAX ? 0 : high[i]);
        *(Four *)cell += (Four){lower_bits(least), least >> 32, lower_bits(most), most >> 32};
        cell[4] += open;
    }
}

/* What each of 64 rows adds to a cell; without stacking the fields from PAYABLE on are not used. */
INLINE void fields_of(int64_t (*each)[FIELDS], const double *low, const double *high, const double *paid_low, const double *paid_high, uint64_t must) {
    const int n = 64;
    EACH(i) {
        const int64_t least = (int64_t)low[i], open = high[i] > DBL_MAX, most = (int64_t)(high[i] > DBL_MAX ? 0 : high[i]), yes = must >> i & 1;
        each[i][YES] = yes, each[i][DEPENDS] = yes ^ 1;
        each[i][LOW_LO] = lower_bits(least), each[i][LOW_HI] = least >> 32;
        each[i][HIGH_LO] = lower_bits(most), each[i][HIGH_HI] = most >> 32;
        each[i][UNBOUNDED] = open, each[i][PAYABLE] = 0;
    }
    if (paid_low) EACH(i) {
        const int64_t least = (int64_t)paid_low[i], open = paid_high[i] > DBL_MAX, most = (int64_t)(paid_high[i] > DBL_MAX ? 0 : paid_high[i]);
        each[i][PAYABLE] = lower_bits(least), each[i][PAYABLE + 1] = least >> 32;
        each[i][PAYABLE + 2] = lower_bits(most), each[i][PAYABLE + 3] = most >> 32;
        each[i][PAYABLE + 4] = open;
    }
}

/* Narrow sums: where there are many rows and few groups, a cell is three whole numbers, five with what is payable: counts packed into one, and of each
   sum the two halves in one. They hold so many rows and amounts below so many fen; then they are added to the fields. All else is added to the fields. */
enum { COUNTS, NARROW_LOW, NARROW_HIGH, NARROW_PAID_LOW, NARROW_PAID_HIGH, NARROW, NARROW_ROWS = 2047, COUNT_BITS = 15, HALF = 44 };
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
static void widen(Dimension *dimension, int32_t number, int paid) {
    const int64_t lower = ((int64_t)1 << HALF) - 1, count = (1 << COUNT_BITS) - 1;
    int64_t *narrow = dimension->narrow + number * dimension->size * NARROW, *cell = dimension->totals + number * dimension->size * FIELDS;
    const int width = paid ? NARROW : NARROW_PAID_LOW;
    if (!dimension->filled[number]) return;
    for (int64_t group = 0; group < dimension->size; group++, narrow += width, cell += FIELDS) {
        const int64_t counts = narrow[COUNTS], yes = counts & count;
        if (!counts) continue;
        cell[YES] += yes, cell[DEPENDS] += (counts >> COUNT_BITS & count) - yes;
        cell[UNBOUNDED] += counts >> 2 * COUNT_BITS & count;
        if (paid) cell[PAYABLE + 4] += counts >> 3 * COUNT_BITS;
        for (int end = NARROW_LOW, to = LOW_LO; end < width; end++, to += end == NARROW_PAID_LOW ? 3 : 2)
            cell[to] += narrow[end] & lower, cell[to + 1] += narrow[end] >> HALF;
        for (int end = 0; end < width; end++) narrow[end] = 0;
    }
    dimension->filled[number] = 0;
}

static void end_narrow(const Plan *plan, Results *found) {
    for (int which = 0; which < found->dimension_count; which++) {
        Dimension *of = &found->dimensions[which];
        for (int32_t number = 0; of->narrow && number < plan->measure_count; number++)
            widen(of, number, plan->stacked.line_count && plan->stacked.line_of[number] >= 0);
        free(of->narrow), free(of->filled);
    }
}

/* The ends of 64 amounts as they are added to narrow cells, and which are open, as counts of this place; 0 if one is too large. */
INLINE int narrow_of(int64_t *lows, int64_t *highs, int64_t *counts, const double *low, const double *high, int place) {
    const int n = 64;
    int64_t all = 0;
    EACH(i) {
        const int64_t least = (int64_t)low[i], most = (int64_t)(high[i] > DBL_MAX ? 0 : high[i]);
        lows[i] = halves(least), highs[i] = halves(most);
        counts[i] += high[i] > DBL_MAX ? (int64_t)1 << place : 0;
        all |= least | most;
    }
    return all < NARROW_FEN;
}

/* So many rows, at most 64 of them, to the narrow sums of a measure; 0 if they are too wide. */
INLINE int add_narrow(Dimension *dimension, int32_t number, const int32_t *groups, const int32_t *rows, int count, const double *low,
                      const double *high, const double *paid_low, const double *paid_high, uint64_t must) {
    int64_t ends[4][64], counts[64];
    for (uint64_t i = 0; i < 64; i++) counts[i] = (int64_t)(must >> i & 1) + (1 << COUNT_BITS);
    if (!narrow_of(ends[0], ends[1], counts, low, high, 2 * COUNT_BITS)) return 0;
    if (paid_low && !narrow_of(ends[2], ends[3], counts, paid_low, paid_high, 3 * COUNT_BITS)) return 0;
    if (dimension->filled[number] + count > NARROW_ROWS) widen(dimension, number, paid_low != NULL);
    dimension->filled[number] += count;
    int64_t *sums = dimension->narrow + number * dimension->size * NARROW;
    if (!paid_low) {
        for (int i = 0; i < count; i++) {
            int64_t *cell = sums + (int64_t)groups[rows[i]] * NARROW_PAID_LOW;
            cell[COUNTS] += counts[i], cell[NARROW_LOW] += ends[0][i], cell[NARROW_HIGH] += ends[1][i];
        }
        return 1;
    }
    for (int i = 0; i < count; i++) {
        int64_t *cell = sums + (int64_t)groups[rows[i]] * NARROW;
        cell[COUNTS] += counts[i], cell[NARROW_LOW] += ends[0][i], cell[NARROW_HIGH] += ends[1][i];
        cell[NARROW_PAID_LOW] += ends[2][i], cell[NARROW_PAID_HIGH] += ends[3][i];
    }
    return 1;
}

static void add_up(const Frame *f, Results *found) {
    const Dues *dues = &found->dues;
    int64_t each[64][FIELDS];
    for (int32_t number = 0; number < f->plan->measure_count; number++) {
        const int at = dues->starts[number], count = dues->counts[number], n = (count + 63) & ~63;
        const double *low = dues->low + at, *high = dues->high + at;
        const uint64_t *must = dues->must[number];
        const int paid = f->plan->stacked.line_count && f->plan->stacked.line_of[number] >= 0;
        if (!count) continue;
        for (int which = 0; which < found->dimension_count; which++) {
            Dimension *dimension = &found->dimensions[which];
            int64_t *totals = dimension->totals + number * dimension->size * FIELDS;
            if (!dimension->groups) {
                int sure = 0;
                for (int w = 0; w < n / 64; w++) sure += __builtin_popcountll(must[w]);
                totals[YES] += sure, totals[DEPENDS] += count - sure;
                add_all(totals + LOW_LO, low, high, n);
                if (paid) add_all(totals + PAYABLE, dues->paid_low + at, dues->paid_high + at, n);
                continue;
            }
            const int32_t *groups = dimension->groups + f->first;
            for (int from = 0; from < count; from += 64) {
                const int last = count - from < 64 ? count - from : 64;
                const int32_t *rows = dues->rows + at + from;
                const double *paid_low = paid ? dues->paid_low + at + from : NULL, *paid_high = paid ? dues->paid_high + at + from : NULL;
                if (dimension->narrow &&
                    add_narrow(dimension, number, groups, rows, last, low + from, high + from, paid_low, paid_high, must[from / 64]))
                    continue;
                fields_of(each, low + from, high + from, paid_low, paid_high, must[from / 64]);
                for (int i = 0; i < last; i++) {
                    int64_t *cell = totals + (int64_t)groups[rows[i]] * FIELDS;
                    *(Eight *)cell += *(const Eight *)each[i];
                    if (paid) *(Four *)(cell + 8) += *(const Four *)(each[i] + 8);
                }
            }
        }
    }
}

/* What is payable to each subject of all measures in stacking rules together, in the last line. */
static void add_up_together(const Frame *f, int rows, Results *found) {
    for (int which = 0; which < found->dimension_count; which++) {
        const Dimension *dimension = &found->dimensions[which];
        int64_t *totals = dimension->totals + f->plan->measure_count * dimension->size * FIELDS;
        if (!dimension->groups) add_all(totals + PAYABLE, found->pile.total_low, found->pile.total_high, f->n);
        else add_each(totals, dimension->groups + f->first, NULL, found->pile.total_low, found->pile.total_high, rows);
    }
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
