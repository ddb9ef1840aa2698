/* What the kernel is given and what it works on: programs, registers, results. */

#ifndef HUIQI_PLAN
#define HUIQI_PLAN

#include <stdint.h>
#include <stdlib.h>

#if !defined(__SIZEOF_INT128__)
#error "huiqi's kernel needs 128-bit whole numbers; numpy does its work without it"
#endif

enum { ROWS = 512, WORDS = ROWS / 64, STRIP = 64 }; /* rows in a block; a truth has a bit a row */

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

/* Lines that rules bind together, as cumulate.Part has them: where their code and they begin; the bundle at the end. In the code the first is 0. */
typedef struct { int32_t code, rules, out, first, count; } Part;

/* The measures that stand in stacking rules, each a line. */
typedef struct {
    const int32_t *lines; /* by line its measure */
    const int32_t *line_of; /* by measure its line, or -1 */
    const int32_t *code, *had;
    const Part *parts;
    const Measure *limits; /* of each rule that has one: a program, the figure it gives, and how often it goes into fen */
    int32_t line_count, limit_count, part_count, slots, widest; /* the most lines of a part */
} Stacked;

enum { FIGURES, TRUTHS, CODES, SETS, LIVES, KINDS };

typedef struct {
    const double *figures;
    const int64_t *wholes;
    const int32_t *lists;
    const uint8_t *flags;   /* tables of codes: bit 0 must hold, bit 1 may hold */
    const uint64_t *masks;  /* tables of codes: the set that each stands for */
    const Program *programs; /* the first decides who may have what, the others are amounts */
    const Measure *measures;
    const int32_t *tests; /* the truths that reasons are given by */
    int32_t measure_count, test_count, registers[KINDS]; /* how many of each kind */
    int32_t column_count, late_count;
    const int32_t *widths; /* bytes of a cell of each column */
    const int32_t *late;   /* the columns that only amounts read */
    Stacked stacked;
} Plan;

/* ---------------------------------------------------------------- registers */

typedef struct {
    double *low, *high;   /* the same where nothing is unknown */
    uint64_t *maybe;      /* where a figure exists in some completions only; NULL: nowhere */
    double big, rel, abs; /* no finite |N| is above big; error <= rel * |N| + abs */
    int nought, holes;    /* no figure is negative; some may be absent */
    double *ends;         /* room for both ends */
    uint64_t *room;
} Figure;

typedef struct { uint64_t *must, *may, *room; } Truth; /* must and may are the same where nothing is unknown */

/* Who did not exist in a year, and of whom that is not known; found once a block. */
typedef struct {
    int64_t block; /* for which one; -1: none yet */
    uint64_t never[WORDS], perhaps[WORDS];
} Life;

typedef struct Frame {
    const Plan *plan;
    const void *const *columns;
    Figure *figures;
    Truth *truths;
    uint16_t **codes; /* index + 2: 0 is none, 1 unknown */
    uint64_t **sets;  /* a bit a code, the highest for 'absent' */
    Life *lives;
    struct Frame *whole;    /* of whose rows these are some; NULL: this is the block */
    const uint64_t *chosen; /* which of them */
    const int32_t *rows;    /* which ones from `first` on; NULL: all of them */
    int64_t first;
    int n; /* a multiple of 64 */
    int doubted;
    uint64_t *doubt;
} Frame;

/* ---------------------------------------------------------------- results */

/* What is due of the measures in one block, one measure after the other; each begins at a multiple of 64. */
typedef struct {
    int32_t *rows; /* from the first of the block on */
    double *low, *high; /* nought beyond the last row */
    int32_t *starts, *counts; /* by measure */
    uint64_t (*must)[WORDS];  /* by measure, a bit for each of its rows */
    uint64_t (*may)[WORDS];   /* by measure, which rows of the block may have it, with those that came in doubt over its amount */
    double *most;             /* by measure, no finite amount is above it */
    double *paid_low, *paid_high; /* what is payable of measures in stacking rules, where long rows are wanted; NULL without such rules */
    uint8_t *stands;
} Dues;

/* What the rules of a part are applied in: a line for each of its measures, and in it, close together, the rows in which they can cut something. The limits in
   `given`, what the measures of each limit come to at most in `asked`, and totals are those of all rows of a block. */
enum { STRIDE = ROWS + 64 }; /* of lines; not a power of two, for which caches have few places */
typedef struct {
    double *low, *high, *limit_low, *limit_high, *given_low, *given_high, *asked, *total_low, *total_high;
    uint8_t *must, *may;
    uint64_t (*seen)[WORDS]; /* by line, the rows of the block in which rules see anything of the measure */
    int32_t *picked, *place, *counts; /* by line, which dues of the measure stand in it, where, and how many */
    void *bundles;
} Pile;

/* The fields of totals; see totals.py. */
enum { YES, DEPENDS, LOW_LO, LOW_HI, HIGH_LO, HIGH_HI, UNBOUNDED, PAYABLE, FIELDS = PAYABLE + 5 };

typedef struct {
    const int32_t *groups; /* of each row; NULL: there is one */
    int64_t size;
    int64_t *totals; /* measure, group, field; a last line for all measures in stacking rules together */
    int64_t *narrow; /* by measure and group, sums that are still to be added to the fields; NULL: there are none */
    int32_t *filled; /* by measure, of how many rows */
} Dimension;

/* Long rows, block by block and in each by measure. */
typedef struct {
    int wanted;
    int32_t *rows;
    uint8_t *must, *stands;
    double *low, *high, *paid_low, *paid_high; /* the last two and `stands` only with stacking rules */
    int32_t *counts; /* block, measure */
    int64_t count, room, counts_room;
} Kept;

typedef struct {
    Dues dues;
    Pile pile;
    Dimension *dimensions;
    int dimension_count;
    Kept kept;
    uint8_t *tests; /* of each row, as many bytes as its tests need; NULL where they are not wanted */
    int32_t (*doubts)[2]; /* a row and a measure, or -1 for all of them */
    int64_t doubted, doubts_room;
    int exhausted; /* there was no memory for something */
} Results;

/* Room for so many items more, twice as much as before where there is too little; 0 if there is no memory. */
static inline int enough(void **memory, int64_t wanted, int64_t *room, size_t item) {
    if (wanted <= *room) return 1;
    const int64_t more = 2 * *room > wanted ? 2 * *room : wanted + 1024;
    void *found = realloc(*memory, (size_t)more * item);
    if (!found) return 0;
    *memory = found, *room = more;
    return 1;
}

typedef void Run(Frame *f, Frame *g, int64_t first, int64_t last, Results *found);

/* The same in three compilations; the second and the third need a processor of that level. */
Run huiqi_run;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#define HUIQI_LEVELS 3
Run huiqi_run_v3, huiqi_run_v4;
#else
#define HUIQI_LEVELS 1
#endif

#endif
