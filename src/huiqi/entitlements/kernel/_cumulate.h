/* What is payable of what is due: the rules of rules/payable.py over rows, to the bit the results of cumulate.py.

   Lines are measures, one of `stride` places each: whole fen in doubles, exact below 2^53, infinite without an upper end; no amount is NaN or
   negative. Rows are worked on by strips of 64 at most, and in those by eights: every line has room for whole strips, and `n` says how many rows
   count. `must` and `may` are read, and changed, only for measures that are had by their status. Python writes the numbers of a stacking
   (cumulate.flatten), and so vouches for them.

   Every loop over a strip is plain C that a compiler turns into vectors; nothing is allocated. */

#ifndef HUIQI_CUMULATE_H
#define HUIQI_CUMULATE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#ifndef FOR_EACH_PROCESSOR
#if defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__) || !defined(__linux__) || !defined(__GNUC__) || defined(__clang__) || __GNUC__ < 12
#define FOR_EACH_PROCESSOR
#else
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#endif
#define STACK_OPERATION FOR_EACH_PROCESSOR static void
#if defined(__GNUC__) && !defined(__clang__)
#define STRIP_ROWS _Pragma("GCC ivdep") for (int i = 0; i < n; i++) /* no result overlaps an operand */
#else
#define STRIP_ROWS for (int i = 0; i < n; i++)
#endif

#ifndef HUIQI_PLAN
enum { STRIP = 64 }; /* what the rules touch of so many rows stays near the processor */
#endif
enum { STACK_HIGHEST, STACK_FIRST, STACK_UNLESS, STACK_LESS, STACK_LAST, STACK_PROPORTIONAL };
enum { BY_AMOUNT, BY_STATUS, WITHOUT_AMOUNT };

typedef struct { /* see cumulate.Flat */
    const int32_t *code, *had, *loose, *bundles;
    int32_t rules, loose_count, bundle_count, slots;
} Stacking;

typedef struct { /* one rule: a head of twelve numbers, and the lists of which it gives the lengths */
    int act, certain, limit, plain, out;
    int beside_count, count, fresh_count, astray_count, inner_count, outer_count, rest_count;
    const int32_t *beside, *measures, *fresh, *astray, *inner, *outer, *rest;
} StackRule;

typedef struct {
    double low[STRIP], high[STRIP];
} Strip;

typedef struct { /* one strip of rows */
    const int32_t *had;
    double *low, *high;
    uint8_t *must, *may;
    Strip *bundles;
    int64_t stride;
    int n;
} StackRows;

/* Of a strip, so many rows that vectors are full. */
static inline int whole_eights(const StackRows *rows) { return (rows->n + 7) & ~7; }

#define LOW(rows, number) ((rows)->low + (rows)->stride * (number))
#define HIGH(rows, number) ((rows)->high + (rows)->stride * (number))
#define MORE(x, y) ((x) > (y) ? (x) : (y))
#define LESS(x, y) ((x) < (y) ? (x) : (y))

static const int32_t *stack_rule(const int32_t *at, StackRule *rule) {
    rule->act = at[0], rule->certain = at[1], rule->limit = at[2], rule->plain = at[3], rule->out = at[4];
    rule->beside_count = at[5], rule->count = at[6], rule->fresh_count = at[7], rule->astray_count = at[8];
    rule->inner_count = at[9], rule->outer_count = at[10], rule->rest_count = at[11];
    rule->beside = at + 12;
    rule->measures = rule->beside + rule->beside_count;
    rule->fresh = rule->measures + rule->count;
    rule->astray = rule->fresh + rule->fresh_count;
    rule->inner = rule->astray + rule->astray_count;
    rule->outer = rule->inner + rule->inner_count;
    rule->rest = rule->outer + rule->outer_count;
    return rule->rest + rule->rest_count;
}

/* ---------------------------------------------------------------- sums */

/* Eight doubles at once, wherever they stand. */
typedef double __attribute__((vector_size(64), aligned(8), may_alias)) StackEight;
#define EIGHT(at) (*(const StackEight *)(at))

STACK_OPERATION stack_copy(Strip *to, const Strip *from, int n) {
    STRIP_ROWS to->low[i] = from->low[i], to->high[i] = from->high[i];
}

/* What some measures and bundles come to, beside `from` if it is not NULL: so that the sums stay in registers, eight rows after the other. */
STACK_OPERATION stack_sum(Strip *sum, const Strip *from, const StackRows *rows, const int32_t *measures, int count, const int32_t *slots, int slot_count) {
    const int n = whole_eights(rows);
    const StackEight nothing = {0};
    for (int i = 0; i < n; i += 8) {
        StackEight low = from ? EIGHT(from->low + i) : nothing, high = from ? EIGHT(from->high + i) : nothing;
        for (int k = 0; k < count; k++) low += EIGHT(LOW(rows, measures[k]) + i), high += EIGHT(HIGH(rows, measures[k]) + i);
        for (int k = 0; k < slot_count; k++) low += EIGHT(rows->bundles[slots[k]].low + i), high += EIGHT(rows->bundles[slots[k]].high + i);
        *(StackEight *)(sum->low + i) = low, *(StackEight *)(sum->high + i) = high;
    }
}

/* ---------------------------------------------------------------- what is had by its status */

/* What a measure counts for; -1 where it is not had. */
STACK_OPERATION stack_worth(const StackRows *rows, int32_t number, Strip *worth) {
    const int n = whole_eights(rows);
    const int had = rows->had[number];
    const double *low = LOW(rows, number), *high = HIGH(rows, number);
    if (had == BY_AMOUNT) {
        STRIP_ROWS worth->low[i] = low[i] > 0.0 ? low[i] : -1.0, worth->high[i] = high[i] > 0.0 ? high[i] : -1.0;
        return;
    }
    const uint8_t *must = rows->must + rows->stride * number, *may = rows->may + rows->stride * number;
    for (int i = 0; i < n; i++) {
        worth->low[i] = must[i] ? low[i] : -1.0;
        worth->high[i] = may[i] ? (had == WITHOUT_AMOUNT ? INFINITY : high[i]) : -1.0;
    }
}

/* Where a claim goes as a whole: `kept->low` (`high`) is 1 where it stays surely (perhaps), 0 elsewhere. */
STACK_OPERATION stack_keep(StackRows *rows, int32_t number, const Strip *kept) {
    const int n = whole_eights(rows);
    double *low = LOW(rows, number), *high = HIGH(rows, number);
    STRIP_ROWS low[i] = kept->low[i] > 0.0 ? low[i] : 0.0, high[i] = kept->high[i] > 0.0 ? high[i] : 0.0;
    if (rows->had[number] != BY_AMOUNT) {
        uint8_t *must = rows->must + rows->stride * number, *may = rows->may + rows->stride * number;
        for (int i = 0; i < n; i++) must[i] = must[i] && kept->low[i] > 0.0, may[i] = may[i] && kept->high[i] > 0.0;
    }
}

/* ---------------------------------------------------------------- forms: each leaves in `total` what its measures come to together */

/* The highest of two, and of three: most rules are about so few, and what they touch then stays in registers. */
STACK_OPERATION stack_highest_of_two(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    double *low_a = LOW(rows, rule->measures[0]), *high_a = HIGH(rows, rule->measures[0]);
    double *low_b = LOW(rows, rule->measures[1]), *high_b = HIGH(rows, rule->measures[1]);
    STRIP_ROWS {
        const double la = low_a[i], lb = low_b[i], ha = high_a[i], hb = high_b[i];
        low_a[i] = la >= hb ? la : 0.0;
        low_b[i] = lb > ha ? lb : 0.0;
        high_a[i] = ha >= lb ? ha : 0.0;
        high_b[i] = hb > la ? hb : 0.0;
        total->low[i] = MORE(la, lb);
        total->high[i] = MORE(ha, hb);
    }
}

STACK_OPERATION stack_highest_of_three(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    double *low_a = LOW(rows, rule->measures[0]), *high_a = HIGH(rows, rule->measures[0]);
    double *low_b = LOW(rows, rule->measures[1]), *high_b = HIGH(rows, rule->measures[1]);
    double *low_c = LOW(rows, rule->measures[2]), *high_c = HIGH(rows, rule->measures[2]);
    STRIP_ROWS {
        const double la = low_a[i], lb = low_b[i], lc = low_c[i], ha = high_a[i], hb = high_b[i], hc = high_c[i];
        const double low_ab = MORE(la, lb), high_ab = MORE(ha, hb), low_bc = MORE(lb, lc), high_bc = MORE(hb, hc);
        low_a[i] = la >= high_bc ? la : 0.0;
        low_b[i] = (lb > ha) & (lb >= hc) ? lb : 0.0;
        low_c[i] = lc > high_ab ? lc : 0.0;
        high_a[i] = ha >= low_bc ? ha : 0.0;
        high_b[i] = (hb > la) & (hb >= lc) ? hb : 0.0;
        high_c[i] = hc > low_ab ? hc : 0.0;
        total->low[i] = MORE(low_ab, lc);
        total->high[i] = MORE(high_ab, hc);
    }
}

STACK_OPERATION stack_highest(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    double second[STRIP], before_low[STRIP], before_high[STRIP];
    double *least = total->low, *top = total->high;
    STRIP_ROWS least[i] = 0.0, top[i] = 0.0, second[i] = 0.0, before_low[i] = -1.0, before_high[i] = -1.0;
    for (int k = 0; k < rule->count; k++) {
        const double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        STRIP_ROWS {
            const double lower = LESS(top[i], high[i]);
            least[i] = MORE(least[i], low[i]);
            second[i] = MORE(second[i], lower);
            top[i] = MORE(top[i], high[i]);
        }
    }
    for (int k = 0; k < rule->count; k++) {
        double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        STRIP_ROWS {
            const double l = low[i], h = high[i], others = h == top[i] ? second[i] : top[i];
            low[i] = (l > before_high[i]) & (l >= others) ? l : 0.0;
            high[i] = (h > before_low[i]) & (h >= least[i]) ? h : 0.0;
            before_low[i] = MORE(before_low[i], l);
            before_high[i] = MORE(before_high[i], h);
        }
    }
}

STACK_OPERATION stack_best(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    Strip worth, before, kept;
    double least[STRIP], top[STRIP], second[STRIP], chosen[STRIP];
    STRIP_ROWS least[i] = -1.0, top[i] = -1.0, second[i] = -1.0, before.low[i] = -1.0, before.high[i] = -1.0, chosen[i] = -1.0;
    for (int k = 0; k < rule->count; k++) {
        stack_worth(rows, rule->measures[k], &worth);
        STRIP_ROWS {
            const double lower = LESS(top[i], worth.high[i]);
            least[i] = MORE(least[i], worth.low[i]);
            second[i] = MORE(second[i], lower);
            top[i] = MORE(top[i], worth.high[i]);
        }
        if (rows->had[rule->measures[k]] == WITHOUT_AMOUNT) STRIP_ROWS chosen[i] = MORE(chosen[i], worth.high[i]);
    }
    STRIP_ROWS total->high[i] = 0.0;
    for (int k = 0; k < rule->count; k++) {
        const double *left = HIGH(rows, rule->measures[k]);
        stack_worth(rows, rule->measures[k], &worth);
        STRIP_ROWS {
            const double l = worth.low[i], h = worth.high[i], others = h == top[i] ? second[i] : top[i];
            kept.low[i] = (l > before.high[i]) & (l >= others) ? 1.0 : 0.0;
            kept.high[i] = (h > before.low[i]) & (h >= least[i]) ? 1.0 : 0.0;
            before.low[i] = MORE(before.low[i], l);
            before.high[i] = MORE(before.high[i], h);
        }
        stack_keep(rows, rule->measures[k], &kept);
        STRIP_ROWS total->high[i] = MORE(total->high[i], left[i]);
    }
    STRIP_ROWS total->low[i] = chosen[i] > 0.0 || least[i] < 0.0 ? 0.0 : least[i];
}

/* The same where all are had by an amount above nothing. */
STACK_OPERATION stack_first_paid(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    Strip before; /* the largest of the earlier ones */
    STRIP_ROWS before.low[i] = 0.0, before.high[i] = 0.0, total->low[i] = INFINITY, total->high[i] = 0.0;
    for (int k = 0; k < rule->count; k++) {
        double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        STRIP_ROWS {
            const double l = low[i], h = high[i], p = before.low[i], can = MORE(l, 1.0), lower = LESS(total->low[i], can), most = p > 0.0 ? 0.0 : h;
            total->low[i] = (h > 0.0) & (p <= 0.0) ? lower : total->low[i];
            low[i] = before.high[i] > 0.0 ? 0.0 : l;
            high[i] = most;
            before.low[i] = MORE(p, l);
            before.high[i] = MORE(before.high[i], h);
            total->high[i] = MORE(total->high[i], most);
        }
    }
    STRIP_ROWS total->low[i] = before.low[i] > 0.0 ? total->low[i] : 0.0;
}

STACK_OPERATION stack_first(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    Strip worth, before, kept;
    STRIP_ROWS before.low[i] = -1.0, before.high[i] = -1.0, total->low[i] = INFINITY, total->high[i] = 0.0;
    for (int k = 0; k < rule->count; k++) {
        const double *high = HIGH(rows, rule->measures[k]);
        const double least = rows->had[rule->measures[k]] == BY_AMOUNT ? 1.0 : 0.0; /* one fen, if it is had */
        stack_worth(rows, rule->measures[k], &worth);
        STRIP_ROWS {
            const double can = MORE(worth.low[i], least), lower = LESS(total->low[i], can);
            total->low[i] = (worth.high[i] >= 0.0) & (before.low[i] < 0.0) ? lower : total->low[i];
            kept.low[i] = before.high[i] < 0.0 ? 1.0 : 0.0;
            kept.high[i] = before.low[i] < 0.0 ? 1.0 : 0.0;
            before.low[i] = MORE(before.low[i], worth.low[i]);
            before.high[i] = MORE(before.high[i], worth.high[i]);
        }
        stack_keep(rows, rule->measures[k], &kept);
        STRIP_ROWS total->high[i] = MORE(total->high[i], high[i]);
    }
    STRIP_ROWS total->low[i] = before.low[i] < 0.0 ? 0.0 : total->low[i];
}

STACK_OPERATION stack_unless(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    const int certain = rule->certain;
    const double *low = LOW(rows, rule->measures[0]), *high = HIGH(rows, rule->measures[0]);
    Strip worth, had, kept;
    stack_sum(total, NULL, rows, rule->beside, rule->beside_count, NULL, 0);
    STRIP_ROWS had.low[i] = -1.0, had.high[i] = -1.0;
    for (int k = 0; k < rule->beside_count; k++) {
        stack_worth(rows, rule->beside[k], &worth);
        STRIP_ROWS had.low[i] = MORE(had.low[i], worth.low[i]), had.high[i] = MORE(had.high[i], worth.high[i]);
    }
    STRIP_ROWS {
        const double others = total->high[i], more = MORE(others, high[i]);
        total->low[i] = had.high[i] < 0.0 ? low[i] : total->low[i];
        total->high[i] = !certain ? others + high[i] : had.low[i] < 0.0 ? more : others;
        kept.low[i] = had.high[i] < 0.0 ? 1.0 : 0.0;
        kept.high[i] = !certain | (had.low[i] < 0.0) ? 1.0 : 0.0;
    }
    stack_keep(rows, rule->measures[0], &kept);
}

STACK_OPERATION stack_less(const StackRule *rule, StackRows *rows, Strip *total) {
    const int n = whole_eights(rows);
    const int certain = rule->certain;
    double *low = LOW(rows, rule->measures[0]), *high = HIGH(rows, rule->measures[0]);
    stack_sum(total, NULL, rows, rule->beside, rule->beside_count, NULL, 0);
    STRIP_ROWS {
        const double l = low[i], h = high[i], least = total->low[i], most = total->high[i];
        low[i] = l > most ? l - most : 0.0;
        high[i] = !certain ? h : h > least ? h - least : 0.0;
        total->low[i] = MORE(l, least);
        total->high[i] = !certain ? h + most : MORE(h, most);
    }
}

STACK_OPERATION stack_last(const StackRule *rule, StackRows *rows, const double *limit_low, const double *limit_high) {
    const int n = whole_eights(rows);
    Strip left; /* what the earlier ones leave of the limit */
    STRIP_ROWS left.low[i] = limit_low[i], left.high[i] = limit_high[i];
    for (int k = 0; k < rule->count; k++) {
        double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        STRIP_ROWS {
            const double l = low[i], h = high[i], a = left.low[i], b = left.high[i];
            low[i] = LESS(l, a);
            high[i] = LESS(h, b);
            left.low[i] = MORE(a - h, 0.0);
            left.high[i] = MORE(b - l, 0.0);
        }
    }
}

/* What a limit leaves of an amount that is part of a total, down to the fen. The quotient is off by two at most; the rest says by how much. Without
   branches, so that compilers make vectors of it. */
static inline double stack_part(double amount, double total, double limit) {
    const int plain = (total > limit) & (total < INFINITY) & (limit > 0.0);
    const double a = plain ? amount : 1.0, t = plain ? total : 1.0, c = plain ? limit : 1.0, endless = amount < INFINITY ? 0.0 : limit;
    const int64_t whole = (int64_t)t;
    int64_t part = (int64_t)(a * (c / t));
    int64_t over = (int64_t)((uint64_t)(int64_t)a * (uint64_t)(int64_t)c - (uint64_t)part * (uint64_t)whole); /* modulo 2^64: it is small */
    for (int again = 0; again < 2; again++) part -= over < 0 ? 1 : 0, over += over < 0 ? whole : 0;
    for (int again = 0; again < 2; again++) part += over >= whole ? 1 : 0, over -= over >= whole ? whole : 0;
    return plain ? (double)part : total > limit ? endless : amount;
}

/* Rows of a strip that a limit cuts in proportion, close together: which ones, what all measures come to, and the limit. */
typedef struct {
    int32_t at[STRIP + 8];
    double low[STRIP], high[STRIP], endless[STRIP]; /* the sums of both ends, of the finite ones; how many are not */
    double limit_low[STRIP], limit_high[STRIP];
    double known[STRIP]; /* 1 where everything is; there `left` is what rounding down leaves over of the limit */
    double left[STRIP];
} Shared;

STACK_OPERATION stack_shared(const StackRule *rule, const StackRows *rows, Shared *s, const Strip *sum, const double *limit_low, const double *limit_high, int n) {
    STRIP_ROWS {
        const int at = s->at[i];
        s->low[i] = sum->low[at], s->high[i] = s->endless[i] = 0.0;
        s->limit_low[i] = s->left[i] = limit_low[at], s->limit_high[i] = limit_high[at];
        s->known[i] = limit_low[at] == limit_high[at] ? 1.0 : 0.0;
    }
    for (int k = 0; k < rule->count; k++) {
        const double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        STRIP_ROWS {
            const double l = low[s->at[i]], h = high[s->at[i]];
            s->high[i] += h < INFINITY ? h : 0.0;
            s->endless[i] += h < INFINITY ? 0.0 : 1.0;
            s->known[i] = l == h ? s->known[i] : 0.0;
        }
    }
}

/* What the limit leaves of one measure, least and most; where everything is known, that is least, and `most` is what it was. */
STACK_OPERATION stack_share(Shared *s, const double *low, const double *high, double *least, double *most, int n) {
    STRIP_ROWS {
        const double l = low[s->at[i]], h = high[s->at[i]], finite = h < INFINITY ? h : 0.0, endless = h < INFINITY ? 0.0 : 1.0;
        const double others_high = s->endless[i] > endless ? INFINITY : s->high[i] - finite;
        least[i] = stack_part(l, l + others_high, s->limit_low[i]);
        s->left[i] -= least[i];
    }
    STRIP_ROWS {
        const double l = low[s->at[i]], h = high[s->at[i]], total = h + (s->low[i] - l), limit = s->limit_high[i];
        const double up = stack_part(h, total, limit) + 1.0, within = LESS(up, limit), cut = LESS(within, h);
        most[i] = s->known[i] > 0.0 || !(total > limit) ? h : cut;
    }
}

STACK_OPERATION stack_proportional(const StackRule *rule, StackRows *rows, const double *limit_low, const double *limit_high) {
    Strip sum;
    Shared s;
    double least[STRIP], most[STRIP];
    int count = 0, known = 0;
    stack_sum(&sum, NULL, rows, rule->measures, rule->count, NULL, 0);
    for (int i = 0; i < rows->n; i++) s.at[count] = i, count += sum.high[i] > limit_low[i];
    if (!count) return;
    const int n = (count + 7) & ~7;
    for (int i = count; i < n; i++) s.at[i] = s.at[0];
    stack_shared(rule, rows, &s, &sum, limit_low, limit_high, n);
    for (int k = 0; k < rule->count; k++) {
        double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        stack_share(&s, low, high, least, most, n);
        for (int i = 0; i < count; i++) low[s.at[i]] = least[i], high[s.at[i]] = most[i];
    }
    for (int i = 0; i < count; i++) known |= s.known[i] > 0.0;
    for (int k = 0; known && k < rule->count; k++) { /* what rounding down leaves over goes to those declared first */
        double *low = LOW(rows, rule->measures[k]), *high = HIGH(rows, rule->measures[k]);
        for (int i = 0; i < count; i++) {
            if (!(s.known[i] > 0.0)) continue;
            const double more = high[s.at[i]] > 0.0 && s.left[i] > 0.0 ? 1.0 : 0.0;
            s.left[i] -= more;
            low[s.at[i]] += more, high[s.at[i]] = low[s.at[i]];
        }
    }
}

/* ---------------------------------------------------------------- rules */

/* The narrower of what the form says, with the rest of its bundles, and what the ends of all add up to. */
STACK_OPERATION stack_narrow(Strip *total, const Strip *before, const Strip *after, const Strip *rest, const double *limit_low, int n) {
    STRIP_ROWS {
        const double low = total->low[i] + rest->low[i], high = total->high[i] + rest->high[i], most = LESS(high, after->high[i]);
        total->low[i] = MORE(low, after->low[i]);
        total->high[i] = LESS(most, before->high[i]);
    }
    if (!limit_low) return;
    STRIP_ROWS { /* where something is cut, the limit is paid */
        const double paid = LESS(limit_low[i], before->low[i]);
        total->low[i] = MORE(total->low[i], paid);
    }
}

STACK_OPERATION stack_at_most(Strip *total, const Strip *of, const double *limit_low, const double *limit_high, int n) {
    STRIP_ROWS total->low[i] = LESS(of->low[i], limit_low[i]), total->high[i] = LESS(of->high[i], limit_high[i]);
}

static void stack_apply(const StackRule *rule, StackRows *rows, const double *limit_low, const double *limit_high) {
    const int alone = rule->inner_count + rule->outer_count == 0;
    const int narrow = !alone || rule->act == STACK_UNLESS; /* elsewhere the form's own total is the narrowest there is */
    const int n = whole_eights(rows);
    Strip before, total, rest, after;
    if (narrow || limit_low) stack_sum(&before, NULL, rows, rule->fresh, rule->fresh_count, rule->inner, rule->inner_count);
    if (limit_low && rule->astray_count) {
        stack_sum(&after, &before, rows, rule->astray, rule->astray_count, NULL, 0);
        stack_at_most(&total, &after, limit_low, limit_high, n);
    } else if (limit_low) stack_at_most(&total, &before, limit_low, limit_high, n);
    if (narrow) {
        if (rule->outer_count) stack_sum(&before, &before, rows, NULL, 0, rule->outer, rule->outer_count);
        stack_sum(&rest, NULL, rows, rule->rest, rule->rest_count, NULL, 0);
    }
    switch (rule->act) {
    case STACK_HIGHEST:
        if (!rule->plain) stack_best(rule, rows, &total);
        else if (rule->count == 2) stack_highest_of_two(rule, rows, &total);
        else if (rule->count == 3) stack_highest_of_three(rule, rows, &total);
        else stack_highest(rule, rows, &total);
        break;
    case STACK_FIRST:
        if (rule->plain) stack_first_paid(rule, rows, &total);
        else stack_first(rule, rows, &total);
        break;
    case STACK_UNLESS: stack_unless(rule, rows, &total); break;
    case STACK_LESS: stack_less(rule, rows, &total); break;
    case STACK_LAST: stack_last(rule, rows, limit_low, limit_high); break;
    default: stack_proportional(rule, rows, limit_low, limit_high);
    }
    if (narrow) {
        stack_sum(&after, &rest, rows, rule->beside, rule->beside_count + rule->count, NULL, 0); /* the measures come after those beside them */
        stack_narrow(&total, &before, &after, &rest, limit_low, n);
    }
    stack_copy(rows->bundles + rule->out, &total, n);
}

/* The rules one after another over the rows of every line, in place, and the range of the total; `room` has a strip for each slot. */
static void cumulate(const Stacking *stacking, double *low, double *high, uint8_t *must, uint8_t *may, const double *limit_low,
                     const double *limit_high, double *total_low, double *total_high, Strip *room, int stride, int n) {
    for (int from = 0; from < n; from += STRIP) {
        StackRows rows = {stacking->had, low + from, high + from, must + from, may + from, room, stride, LESS(n - from, STRIP)};
        const int32_t *at = stacking->code;
        for (int r = 0; r < stacking->rules; r++) {
            StackRule rule;
            at = stack_rule(at, &rule);
            const int64_t line = (int64_t)rule.limit * stride + from;
            stack_apply(&rule, &rows, rule.limit < 0 ? 0 : limit_low + line, rule.limit < 0 ? 0 : limit_high + line);
        }
        Strip total;
        stack_sum(&total, NULL, &rows, stacking->loose, stacking->loose_count, stacking->bundles, stacking->bundle_count);
        for (int i = 0; i < rows.n; i++) total_low[from + i] = total.low[i], total_high[from + i] = total.high[i];
    }
}

#endif
