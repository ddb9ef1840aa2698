/* The operations that choose and that give truths. */

INLINE void choose(Frame *f, const Instruction *op, const int figure_a, const int figure_b) {
    static const Figure NONE;
    const Truth *c = &f->truths[op->c];
    const double *k = f->plan->figures + op->k, ka = k[0], kb = k[1];
    const Figure *a = figure_a ? &NONE : &f->figures[op->a], *b = figure_b ? &NONE : &f->figures[op->b];
    Figure *to = &f->figures[op->to];
    const int n = size(f), sure = settled(c), one = sure && known(a) && known(b);
    const uint64_t *must = c->must, *may = c->may;
    const Lanes a_same = lanes_of(ka), b_same = lanes_of(kb);
#define SIDE_A(end) (figure_a ? a_same : lanes(a->end + i))
#define SIDE_B(end) (figure_b ? b_same : lanes(b->end + i))
    fresh(to, one);
    double *low = to->low, *high = to->high;
    if (sure) {
        EACH_LANES(i) put(low + i, either(bits_at(must, i), SIDE_A(low), SIDE_B(low)));
        if (!one) EACH_LANES(i) put(high + i, either(bits_at(must, i), SIDE_A(high), SIDE_B(high)));
    } else { /* where either is possible and one does not exist, the other */
        EACH_LANES(i) {
            const Lanes x = SIDE_A(low), y = SIDE_B(low), open = either(gone(y), x, lesser(x, y));
            put(low + i, either(bits_at(must, i), x, either(bits_at(may, i), open, y)));
        }
        EACH_LANES(i) {
            const Lanes x = SIDE_A(high), y = SIDE_B(high), open = either(gone(y), x, greater(x, y));
            put(high + i, either(bits_at(must, i), x, either(bits_at(may, i), open, y)));
        }
    }
    if (a->maybe || b->maybe || (!sure && (a->holes || b->holes))) {
        uint64_t a_gone[WORDS] = {0}, b_gone[WORDS] = {0};
        if (a->holes) TESTED(a_gone, i, gone(lanes(a->low + i)))
        if (b->holes) TESTED(b_gone, i, gone(lanes(b->low + i)))
        EACH_WORD(w) {
            const uint64_t am = a->maybe ? a->maybe[w] : 0, bm = b->maybe ? b->maybe[w] : 0;
            const uint64_t open = (am | bm | (a_gone[w] ^ b_gone[w])) & ~(a_gone[w] & b_gone[w]);
            to->room[w] = (must[w] & am) | (~may[w] & bm) | (~must[w] & may[w] & open);
        }
        if (any(to->room)) to->maybe = to->room;
    }
#undef SIDE_A
#undef SIDE_B
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
    truths(to, 0);
    EACH_WORD(w) to->must[w] = (c->must[w] & a->must[w]) | (~c->may[w] & b->must[w]);
    EACH_WORD(w) to->may[w] = (c->may[w] & a->may[w]) | (~c->must[w] & b->may[w]);
}

OPERATION choose_set(Frame *f, const Instruction *op) {
    const uint64_t *a = f->sets[op->a], *b = f->sets[op->b];
    const int n = size(f);
    uint8_t must_room[ROWS], may_room[ROWS];
    const uint8_t *must = spread(f->truths[op->c].must, must_room, n), *may = spread(f->truths[op->c].may, may_room, n);
    uint64_t *to = f->sets[op->to];
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
    uint8_t room[ROWS] = {0};
    if (total->maybe) spread(total->maybe, room, n);
    EACH(i) f->sets[op->to][i] = total->low[i] != total->low[i] ? ABSENT : room[i] ? whole | ABSENT : whole;
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

#define COMPARED_BY(op, to, x, y)                      \
    switch (op) {                                      \
        case LT: TESTED(to, i, less(x, y)) break;      \
        case LE: TESTED(to, i, at_most(x, y)) break;   \
        case GT: TESTED(to, i, less(y, x)) break;      \
        default: TESTED(to, i, at_most(y, x))          \
    }

/* Where two rounded figures lie within their errors of each other. */
INLINE int near_by(double x, double y, double rel, double abs) {
    const double gap = x - y, size = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
    return isfinite(gap) && !(fabs(gap) > rel * size + abs);
}

/* = and !=, of two registers or of a register and a figure. */
INLINE void equal(Truth *to, int op, const Figure *a, const Figure *b, double k, int n, int figure) {
#define SAME(al, ah, bl, bh) ((al) == (ah) && (bl) == (bh) && (al) == (bl))
#define OTHER(end) (figure ? k : b->end[i])
    if (op == EQ) {
        WHERE(to->must, i, SAME(a->low[i], a->high[i], OTHER(low), OTHER(high)))
        WHERE(to->may, i, (a->low[i] <= OTHER(high)) & (OTHER(low) <= a->high[i]))
    } else {
        WHERE(to->must, i, (a->high[i] < OTHER(low)) | (OTHER(high) < a->low[i]))
        WHERE(to->may, i, a->low[i] == a->low[i] && OTHER(low) == OTHER(low) && !SAME(a->low[i], a->high[i], OTHER(low), OTHER(high)))
    }
#undef SAME
#undef OTHER
}

OPERATION compare(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a], *b = &f->figures[op->b];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = known(a) && known(b) && !a->maybe && !b->maybe && op->c < EQ, upward = op->c == GT || op->c == GE;
    truths(to, one);
    if (op->c >= EQ) equal(to, op->c, a, b, 0, n, 0);
    else {
        const double *x = upward ? a->low : a->high, *y = upward ? b->high : b->low;
        COMPARED_BY(op->c, to->must, lanes(x + i), lanes(y + i))
        x = upward ? a->high : a->low, y = upward ? b->low : b->high;
        if (!one) COMPARED_BY(op->c, to->may, lanes(x + i), lanes(y + i))
    }
    unless(to->must, a->maybe);
    unless(to->must, b->maybe);
    if (exact(a) && exact(b)) return;
    const double rel = a->rel + b->rel + 4 * ULP, abs = a->abs + b->abs;
    uint64_t near[WORDS];
    WHERE(near, i, near_by(a->low[i], b->high[i], rel, abs) | near_by(a->high[i], b->low[i], rel, abs))
    in_doubt(f, near, n);
    if (op->c >= EQ) {
        WHERE(near, i, near_by(a->low[i], b->low[i], rel, abs) | near_by(a->high[i], b->high[i], rel, abs))
        in_doubt(f, near, n);
    }
}

/* With a figure: the whole number that asks the same, and the figure as it is; b: for = and !=, no whole number equals it. */
OPERATION compare_figure(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f), one = known(a) && !a->maybe && op->c < EQ, upward = op->c == GT || op->c == GE;
    const double *k = f->plan->figures + op->k, at = exact(a) ? k[0] : k[1];
    const Lanes edge = lanes_of(at);
    truths(to, one);
    if (op->c >= EQ && op->b && exact(a)) {
#define SPANS (a->low[i] < k[1] && a->high[i] > k[1])
        WHERE(to->must, i, op->c == NE && a->low[i] == a->low[i] && !SPANS)
        WHERE(to->may, i, op->c == NE ? a->low[i] == a->low[i] : SPANS)
#undef SPANS
    } else if (op->c >= EQ) equal(to, op->c, a, a, at, n, 1);
    else {
        const double *x = upward ? a->low : a->high;
        COMPARED_BY(op->c, to->must, lanes(x + i), edge)
        x = upward ? a->high : a->low;
        if (!one) COMPARED_BY(op->c, to->may, lanes(x + i), edge)
    }
    unless(to->must, a->maybe);
    if (exact(a)) return;
    uint64_t near[WORDS];
    WHERE(near, i, near_by(a->low[i], k[1], a->rel + 4 * ULP, a->abs) | near_by(a->high[i], k[1], a->rel + 4 * ULP, a->abs))
    in_doubt(f, near, n);
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
    const double *cell = a->low;
    const Lanes at = lanes_of(f->plan->figures[op->k]);
    truths(to, one);
    uint64_t *must = to->must, *may = to->may;
    COMPARED_BY(op->c, must, lanes(cell + i), at)
    if (one) return;
    EACH_WORD(w) may[w] = must[w] | open->may[w];
    if (op->count & 1) EACH_WORD(w) must[w] |= open->must[w];
}

/* x * down against up * y, where they are so near that rounding may have turned them. */
INLINE int turned(double x, double y, double rel) {
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
    uint64_t *must = to->must, *may = to->may;
    if (!plain || (!whole && (a->abs != 0 || b->abs != 0))) {
        if (!whole) all_in_doubt(f);
        EACH_WORD(w) must[w] = may[w] = 0;
        for (int i = 0; whole && i < n; i++) {
            const uint64_t pair = (uint64_t)quotients_meet(op->c, a->low[i], a->high[i], b->low[i], b->high[i], up, down);
            must[i >> 6] |= (pair & 1) << (i & 63), may[i >> 6] |= pair >> 1 << (i & 63);
        }
        unless(must, a->maybe);
        unless(must, b->maybe);
        return;
    }
    const double *x = upward ? a->low : a->high, *y = upward ? b->high : b->low;
    const double *x_other = upward ? a->high : a->low, *y_other = upward ? b->low : b->high;
    const Lanes us = lanes_of(u), ds = lanes_of(d), nought = lanes_of(0);
    COMPARED_BY(op->c, must, multiplied(lanes(x + i), ds), multiplied(us, lanes(y + i)))
    if (one) { /* both are the same */
    } else if (op->c == GE) { /* over a divisor of 0 there is no quotient of 0 */
        TESTED(may, i, at_most(multiplied(us, lanes(y_other + i)), multiplied(lanes(x_other + i), ds)) & less(nought, lanes(x_other + i)))
    } else {
        COMPARED_BY(op->c, may, multiplied(lanes(x_other + i), ds), multiplied(us, lanes(y_other + i)))
    }
    if (!whole || larger(b->big * u, a->big * d) >= EXACT) {
        const double rel = a->rel + b->rel + 4 * ULP;
        uint64_t near[WORDS];
        WHERE(near, i, turned(x[i] * d, u * y[i], rel) | turned(x_other[i] * d, u * y_other[i], rel))
        if (!whole) in_doubt(f, near, n);
        else
            for (int w = 0; w < n / 64; w++)
                for (; near[w]; near[w] &= near[w] - 1) {
                    const int bit = __builtin_ctzll(near[w]), i = w * 64 + bit;
                    const uint64_t pair = (uint64_t)quotients_meet(op->c, a->low[i], a->high[i], b->low[i], b->high[i], up, down);
                    must[w] = (must[w] & ~(1ull << bit)) | (pair & 1) << bit;
                    if (!one) may[w] = (may[w] & ~(1ull << bit)) | pair >> 1 << bit;
                }
    }
    EACH_WORD(w) must[w] &= there->must[w];
    unless(must, a->maybe);
    if (!one) EACH_WORD(w) may[w] &= there->may[w];
}

/* A bit for each code within a run. */
INLINE void within(uint64_t *to, const uint16_t *at, uint16_t first, uint16_t length, int n) {
#ifdef WIDEST
    const __m512i from = _mm512_set1_epi16((int16_t)first), most = _mm512_set1_epi16((int16_t)length);
    for (int i = 0; i < n; i += 64) {
        const uint32_t low = _mm512_cmple_epu16_mask(_mm512_sub_epi16(_mm512_loadu_si512(at + i), from), most);
        const uint32_t high = _mm512_cmple_epu16_mask(_mm512_sub_epi16(_mm512_loadu_si512(at + i + 32), from), most);
        to[i >> 6] |= low | (uint64_t)high << 32;
    }
#else
    uint64_t found[WORDS];
    WHERE(found, i, (uint16_t)(at[i] - first) <= length)
    for (int w = 0; w < n / 64; w++) to[w] |= found[w];
#endif
}

/* A recorded code among others: runs of indices that must hold and runs that may, or, where there are many, a table. */
OPERATION one_of(Frame *f, const Instruction *op) {
    const uint16_t *at = f->codes[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, op->b == op->count);
    uint64_t *must = to->must, *may = to->may;
    if (op->b < 0) {
        const uint8_t *table = f->plan->flags + op->list;
        uint8_t pairs[ROWS];
        EACH(i) pairs[i] = at[i] < op->count ? table[at[i]] : 0;
        WHERE(must, i, pairs[i] & 1)
        WHERE(may, i, pairs[i] >> 1)
        return;
    }
    const int32_t *runs = f->plan->lists + op->list;
    EACH_WORD(w) must[w] = 0;
    for (int run = 0; run < op->b; run++) within(must, at, (uint16_t)runs[2 * run], (uint16_t)(runs[2 * run + 1] - runs[2 * run]), n);
    if (op->b == op->count) return;
    memcpy(may, must, WORDS * sizeof *may);
    for (int run = op->b; run < op->count; run++) within(may, at, (uint16_t)runs[2 * run], (uint16_t)(runs[2 * run + 1] - runs[2 * run]), n);
}

/* A set against wanted codes (inside) and the rest (outside); c: negated. */
OPERATION one_of_set(Frame *f, const Instruction *op) {
    const uint64_t *set = f->sets[op->a], inside = f->plan->masks[op->list], outside = f->plan->masks[op->list + 1];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    if (op->c) {
        WHERE(to->must, i, (set[i] & (inside | ABSENT)) == 0)
        WHERE(to->may, i, (set[i] & outside) != 0)
    } else {
        WHERE(to->must, i, (set[i] & ~inside) == 0)
        WHERE(to->may, i, (set[i] & inside) != 0)
    }
}

OPERATION same_set(Frame *f, const Instruction *op) {
    const uint64_t *a = f->sets[op->a], *b = f->sets[op->b];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    WHERE(to->may, i, (a[i] & b[i] & ~ABSENT) != 0)
    WHERE(to->must, i, a[i] == b[i] && (a[i] & (a[i] - 1)) == 0 && (a[i] & ~ABSENT) != 0)
}

OPERATION exists(Frame *f, const Instruction *op) {
    const Figure *a = &f->figures[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, !a->maybe);
    TESTED(to->may, i, ~gone(lanes(a->low + i)) & ((1u << LANES) - 1))
    if (a->maybe) EACH_WORD(w) to->must[w] = to->may[w] & ~a->maybe[w];
}

/* c: an unknown one may be none. */
OPERATION exists_code(Frame *f, const Instruction *op) {
    const uint16_t *at = f->codes[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, !op->c);
    WHERE(to->may, i, at[i] != 0)
    if (op->c) WHERE(to->must, i, at[i] > 1)
}

OPERATION exists_set(Frame *f, const Instruction *op) {
    const uint64_t *set = f->sets[op->a];
    Truth *to = &f->truths[op->to];
    const int n = size(f);
    truths(to, 0);
    WHERE(to->must, i, (set[i] & ABSENT) == 0)
    WHERE(to->may, i, (set[i] & ~ABSENT) != 0)
}

INLINE void join(Frame *f, const Instruction *op, int all) {
    const int32_t *list = f->plan->lists + op->list;
    Truth *to = &f->truths[op->to];
    uint64_t must[WORDS], may[WORDS];
    int one = 1;
    EACH_WORD(w) must[w] = may[w] = all ? ~0ull : 0;
    for (int part = 0; part < op->count; part++) {
        const Truth *t = &f->truths[list[part]];
        one &= settled(t);
        if (all) EACH_WORD(w) must[w] &= t->must[w], may[w] &= t->may[w];
        else EACH_WORD(w) must[w] |= t->must[w], may[w] |= t->may[w];
    }
    truths(to, one);
    memcpy(to->must, must, sizeof must);
    if (!one) memcpy(to->may, may, sizeof may);
}

OPERATION all_of(Frame *f, const Instruction *op) { join(f, op, 1); }
OPERATION any_of(Frame *f, const Instruction *op) { join(f, op, 0); }

OPERATION opposite(Frame *f, const Instruction *op) {
    const Truth *a = &f->truths[op->a];
    Truth *to = &f->truths[op->to];
    truths(to, settled(a));
    EACH_WORD(w) to->must[w] = ~a->may[w];
    if (!settled(a)) EACH_WORD(w) to->may[w] = ~a->must[w];
}

/* At least c of the list hold, fewer than 256 of them: they are counted in digits of two, a bit a row. */
OPERATION at_least(Frame *f, const Instruction *op) {
    enum { DIGITS = 8 };
    const int32_t *list = f->plan->lists + op->list;
    const int digits = 32 - __builtin_clz((unsigned)(op->count > op->c ? op->count : op->c) | 1);
    Truth *to = &f->truths[op->to];
    int one = 1;
    for (int part = 0; part < op->count; part++) one &= settled(&f->truths[list[part]]);
    truths(to, one);
    for (int end = 0; end < (one ? 1 : 2); end++) {
        uint64_t digit[DIGITS][WORDS], *found = end ? to->may : to->must;
        for (int place = 0; place < digits; place++) EACH_WORD(w) digit[place][w] = 0;
        for (int part = 0; part < op->count; part++) {
            uint64_t carry[WORDS];
            memcpy(carry, end ? f->truths[list[part]].may : f->truths[list[part]].must, sizeof carry);
            for (int place = 0; place < digits; place++)
                EACH_WORD(w) {
                    const uint64_t both = digit[place][w] & carry[w];
                    digit[place][w] ^= carry[w];
                    carry[w] = both;
                }
        }
        EACH_WORD(w) found[w] = ~0ull;
        for (int place = 0; place < digits; place++)
            if (op->c >> place & 1) EACH_WORD(w) found[w] &= digit[place][w];
            else EACH_WORD(w) found[w] |= digit[place][w];
    }
}

/* The registry's word (a) where it has one, else the outcome of the recognition's own measure (b) as a may; c: as a must too. */
OPERATION recognised(Frame *f, const Instruction *op) {
    const Truth *a = &f->truths[op->a], *b = &f->truths[op->b];
    Truth *to = &f->truths[op->to];
    const uint64_t assumed = op->c ? ~0ull : 0;
    truths(to, 0);
    EACH_WORD(w) to->must[w] = a->must[w] | (a->may[w] & b->must[w] & assumed);
    EACH_WORD(w) to->may[w] = a->must[w] | (a->may[w] & b->may[w]);
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
    EACH_WORD(w) f->truths[op->to].must[w] = op->c ? ~0ull : 0;
}

OPERATION ranks(Frame *f, const Instruction *op) {
    uint64_t room[ROWS];
    memcpy(f->sets[op->to], masks(f, op->a, room), (size_t)f->n * sizeof(uint64_t));
}

