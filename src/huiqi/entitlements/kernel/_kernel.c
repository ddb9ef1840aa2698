/* The block interpreter: runs a program (see lowering.py) over rows of encoded facts, every value a range. This file is what Python sees of it;
   the work is in _block.h, and what it works on in _plan.h.

   Every loop over rows is plain C that a compiler turns into vectors, or goes through the few functions of _bits.h. It is compiled for three
   kinds of processors, and the best that this one can do is taken. Python writes programs, and so vouches for what is in them; what it passes
   beside them is checked. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "_plan.h"

/* How many of the compilations this processor can do. */
static int levels(void) {
#if HUIQI_LEVELS > 1
    if (__builtin_cpu_supports("x86-64-v4")) return 3;
    if (__builtin_cpu_supports("x86-64-v3")) return 2;
#endif
    return 1;
}

static Run *const RUNS[HUIQI_LEVELS] = {
    huiqi_run,
#if HUIQI_LEVELS > 1
    huiqi_run_v3, huiqi_run_v4,
#endif
};

/* ---------------------------------------------------------------- room */

/* What one thread needs to run a program: registers, the dues of a block, long rows. It is used again. */
typedef struct Scratch {
    struct Scratch *next;
    Frame f, g;
    void *f_room, *g_room, *dues_room, *pile_room;
    Dues dues;
    Pile pile;
    Kept kept;
    Py_buffer *views;
    const void **columns;
} Scratch;

enum { MOST_OWNED = 32 };

typedef struct {
    Plan plan;
    Run *run;
    Scratch *free; /* nobody uses these; taken and given back while the interpreter lock is held */
    void *owned[MOST_OWNED];
    int owned_count;
} Prepared;

/* So many bytes from `at` on, which moves on to the next multiple of 64. */
static void *taken(char **at, size_t bytes) {
    void *found = *at;
    *at += (bytes + 63) & ~(size_t)63;
    return found;
}

/* Registers and their room, in one piece of memory; NULL if there is none. */
static void *make_frame(Frame *f, const Plan *plan) {
    const size_t figures = (size_t)plan->registers[FIGURES], truths = (size_t)plan->registers[TRUTHS], lives = (size_t)plan->registers[LIVES];
    const size_t codes = (size_t)plan->registers[CODES], sets = (size_t)plan->registers[SETS], word = WORDS * sizeof(uint64_t);
    const size_t cells = ROWS * (2 * figures * sizeof(double) + sets * sizeof(uint64_t) + codes * sizeof(uint16_t));
    const size_t room = cells + word * (figures + 2 * truths + 1);
    const size_t heads = figures * sizeof(Figure) + truths * sizeof(Truth) + (codes + sets) * sizeof(void *) + lives * sizeof(Life);
    char *memory = calloc(room + heads + 16 * 64, 1), *at = memory;
    if (!memory) return NULL;
    at += 64 - (uintptr_t)memory % 64;
    *f = (Frame){.plan = plan};
    double *ends = taken(&at, 2 * figures * ROWS * sizeof(double));
    uint64_t *set_room = taken(&at, sets * ROWS * sizeof(uint64_t)), *words = taken(&at, (figures + 2 * truths + 1) * word);
    uint16_t *code_room = taken(&at, codes * ROWS * sizeof(uint16_t));
    f->figures = taken(&at, figures * sizeof(Figure));
    f->truths = taken(&at, truths * sizeof(Truth));
    f->codes = taken(&at, codes * sizeof(void *));
    f->sets = taken(&at, sets * sizeof(void *));
    f->lives = taken(&at, lives * sizeof(Life));
    for (size_t n = 0; n < figures; n++, ends += 2 * ROWS, words += WORDS)
        f->figures[n].low = f->figures[n].high = f->figures[n].ends = ends, f->figures[n].room = words;
    for (size_t n = 0; n < truths; n++, words += 2 * WORDS) f->truths[n].must = f->truths[n].may = f->truths[n].room = words;
    for (size_t n = 0; n < codes; n++, code_room += ROWS) f->codes[n] = code_room;
    for (size_t n = 0; n < sets; n++, set_room += ROWS) f->sets[n] = set_room;
    f->doubt = words;
    return memory;
}

/* Room for every row to have every measure; what is not needed is never touched. */
static void *make_dues(Dues *dues, const Plan *plan) {
    const size_t measures = (size_t)plan->measure_count, most = measures * ROWS + 64;
    const size_t paid = plan->stacked.line_count ? most : 0;
    char *memory = malloc(most * (2 * sizeof(double) + sizeof(int32_t)) + paid * (2 * sizeof(double) + 1) +
                          measures * (2 * sizeof(int32_t) + sizeof(double) + 2 * WORDS * sizeof(uint64_t)) + 16 * 64);
    if (!memory) return NULL;
    char *at = memory + (64 - (uintptr_t)memory % 64);
    dues->low = taken(&at, most * sizeof(double));
    dues->high = taken(&at, most * sizeof(double));
    dues->must = taken(&at, measures * WORDS * sizeof(uint64_t));
    dues->may = taken(&at, measures * WORDS * sizeof(uint64_t));
    dues->most = taken(&at, measures * sizeof(double));
    dues->paid_low = taken(&at, paid * sizeof(double));
    dues->paid_high = taken(&at, paid * sizeof(double));
    dues->stands = taken(&at, paid);
    dues->rows = taken(&at, most * sizeof(int32_t));
    dues->starts = taken(&at, measures * sizeof(int32_t));
    dues->counts = taken(&at, measures * sizeof(int32_t));
    return memory;
}

/* Room for stacking rules over a block. */
static void *make_pile(Pile *pile, const Stacked *stacked) {
    const size_t count = (size_t)stacked->widest, lines = count * STRIDE, limits = (size_t)stacked->limit_count * STRIDE, word = sizeof(double);
    const size_t bundles = ((size_t)stacked->slots + 1) * 2 * STRIP * word; /* a strip has two ends */
    const size_t room = (2 * lines + 5 * limits + 2 * ROWS + count * WORDS) * word + 2 * lines * (1 + sizeof(int32_t)) + count * sizeof(int32_t) + bundles;
    char *memory = calloc(room + 16 * 64, 1);
    if (!memory) return NULL;
    char *at = memory + (64 - (uintptr_t)memory % 64);
    pile->low = taken(&at, lines * word), pile->high = taken(&at, lines * word);
    pile->limit_low = taken(&at, limits * word), pile->limit_high = taken(&at, limits * word);
    pile->given_low = taken(&at, limits * word), pile->given_high = taken(&at, limits * word), pile->asked = taken(&at, limits * word);
    pile->total_low = taken(&at, ROWS * word), pile->total_high = taken(&at, ROWS * word);
    pile->seen = taken(&at, count * WORDS * word);
    pile->must = taken(&at, lines), pile->may = taken(&at, lines);
    pile->picked = taken(&at, lines * sizeof(int32_t)), pile->place = taken(&at, lines * sizeof(int32_t));
    pile->counts = taken(&at, count * sizeof(int32_t));
    pile->bundles = taken(&at, bundles);
    return memory;
}

static void drop(Scratch *s) {
    if (!s) return;
    free(s->f_room), free(s->g_room), free(s->dues_room), free(s->pile_room), free(s->views), free(s->columns);
    free(s->kept.rows), free(s->kept.must), free(s->kept.low), free(s->kept.high), free(s->kept.counts);
    free(s->kept.paid_low), free(s->kept.paid_high), free(s->kept.stands), free(s);
}

enum { MORE_VIEWS = 64 }; /* of groups and totals, two a dimension, and of tests */

static Scratch *take(Prepared *p) {
    Scratch *s = p->free;
    if (s) {
        p->free = s->next;
        return s;
    }
    const size_t columns = (size_t)p->plan.column_count;
    if (!(s = calloc(1, sizeof *s))) return NULL;
    s->f_room = make_frame(&s->f, &p->plan);
    s->g_room = make_frame(&s->g, &p->plan);
    s->dues_room = make_dues(&s->dues, &p->plan);
    s->pile_room = make_pile(&s->pile, &p->plan.stacked);
    s->views = calloc(columns + MORE_VIEWS, sizeof *s->views);
    s->columns = calloc(columns + 1, sizeof *s->columns);
    if (s->f_room && s->g_room && s->dues_room && s->pile_room && s->views && s->columns) return s;
    drop(s);
    return NULL;
}

/* ---------------------------------------------------------------- programs */

static const char PREPARED[] = "huiqi.entitlements.kernel._kernel.prepared";

static void forget(Prepared *p) {
    for (Scratch *s = p->free, *next; s; s = next) next = s->next, drop(s);
    for (int n = 0; n < p->owned_count; n++) free(p->owned[n]);
    free(p);
}

static void forget_capsule(PyObject *capsule) { forget(PyCapsule_GetPointer(capsule, PREPARED)); }

static void *own(Prepared *p, size_t bytes) {
    void *memory = p->owned_count < MOST_OWNED ? calloc(bytes + 1, 1) : NULL;
    if (!memory) PyErr_NoMemory();
    else p->owned[p->owned_count++] = memory;
    return memory;
}

/* A copy of an array of a program, of so large items. */
static void *part(Prepared *p, PyObject *object, const char *name, size_t item, int64_t *count) {
    void *copy = NULL;
    Py_buffer view;
    PyObject *array = PyObject_GetAttrString(object, name);
    if (!array) return NULL;
    if (PyObject_GetBuffer(array, &view, PyBUF_C_CONTIGUOUS) == 0) {
        if ((size_t)view.itemsize != item) PyErr_Format(PyExc_ValueError, "%s are items of %zd bytes, not of %zu", name, view.itemsize, item);
        else if ((copy = own(p, (size_t)view.len))) {
            memcpy(copy, view.buf, (size_t)view.len);
            if (count) *count = view.len / (int64_t)item;
        }
        PyBuffer_Release(&view);
    }
    Py_DECREF(array);
    return copy;
}

static int width_of(char letter) { return letter == 'd' || letter == 'Q' ? 8 : letter == 'i' ? 4 : letter == 'h' ? 2 : 1; }

/* The columns that a program reads, marked. */
static void mark_read(const Program *program, uint8_t *read) {
    for (const Instruction *op = program->code, *end = op + program->length; op < end; op++)
        switch (op->op) {
            case LIFE: read[op->b] = 1; /* fall through */
            case FACT_FIGURE: case FACT_CELL: case FACT_FLAG: case FACT_CODE: case RANKS: read[op->a] = 1;
        }
}

/* Stacking rules, if there are any: an attribute `stacked` with the arrays, or None. */
static int read_stacked(Prepared *p, PyObject *program, int32_t measures) {
    Stacked *to = &p->plan.stacked;
    int64_t lines, limits, parts, sizes;
    PyObject *stacked = PyObject_GetAttrString(program, "stacked");
    if (!stacked || stacked == Py_None) {
        Py_XDECREF(stacked);
        return stacked != NULL;
    }
    const int32_t *numbers = NULL;
    if ((to->lines = part(p, stacked, "lines", sizeof(int32_t), &lines)) && (to->code = part(p, stacked, "code", sizeof(int32_t), NULL)) &&
        (to->had = part(p, stacked, "had", sizeof(int32_t), NULL)) && (to->parts = part(p, stacked, "parts", sizeof(int32_t), &parts)) &&
        (to->limits = part(p, stacked, "limits", sizeof(int32_t), &limits)))
        numbers = part(p, stacked, "sizes", sizeof(int32_t), &sizes);
    Py_DECREF(stacked);
    int32_t *line_of = numbers ? own(p, (size_t)measures * sizeof(int32_t)) : NULL;
    if (!line_of) return 0;
    if (sizes != 1) {
        PyErr_SetString(PyExc_ValueError, "not stacking rules");
        return 0;
    }
    for (int32_t n = 0; n < measures; n++) line_of[n] = -1;
    for (int32_t n = 0; n < (int32_t)lines; n++) {
        if (to->lines[n] < 0 || to->lines[n] >= measures) {
            PyErr_SetString(PyExc_ValueError, "a line of stacking rules is no measure");
            return 0;
        }
        line_of[to->lines[n]] = n;
    }
    to->line_of = line_of, to->slots = numbers[0];
    to->line_count = (int32_t)lines, to->limit_count = (int32_t)(limits / 4), to->part_count = (int32_t)(parts / 5);
    for (int32_t n = 0; n < to->part_count; n++) to->widest = to->parts[n].count > to->widest ? to->parts[n].count : to->widest;
    return 1;
}

static int read_plan(Prepared *p, PyObject *program, const char *letters) {
    Plan *plan = &p->plan;
    int64_t code_length, parts, measures, kinds, tests;
    const Instruction *code = part(p, program, "code", sizeof(int32_t), &code_length);
    const int32_t(*spans)[2] = code ? part(p, program, "spans", sizeof(int32_t), &parts) : NULL;
    const int32_t *registers = spans ? part(p, program, "registers", sizeof(int32_t), &kinds) : NULL;
    if (!registers || !(plan->figures = part(p, program, "figures", sizeof(double), NULL)) ||
        !(plan->wholes = part(p, program, "wholes", sizeof(int64_t), NULL)) || !(plan->lists = part(p, program, "lists", sizeof(int32_t), NULL)) ||
        !(plan->flags = part(p, program, "flags", 1, NULL)) || !(plan->masks = part(p, program, "masks", sizeof(uint64_t), NULL)) ||
        !(plan->measures = part(p, program, "measures", sizeof(int32_t), &measures)) ||
        !(plan->tests = part(p, program, "tests", sizeof(int32_t), &tests)))
        return 0;
    parts /= 2, measures /= 4;
    if (kinds != KINDS || parts < 1) {
        PyErr_SetString(PyExc_ValueError, "not a program");
        return 0;
    }
    const size_t columns = strlen(letters);
    Program *programs = own(p, (size_t)parts * sizeof(Program));
    int32_t *widths = programs ? own(p, 2 * columns * sizeof(int32_t)) : NULL;
    uint8_t *read = widths ? own(p, columns) : NULL;
    if (!read) return 0;
    memcpy(plan->registers, registers, sizeof plan->registers);
    for (int64_t n = 0; n < parts; n++) {
        if (spans[n][0] < 0 || spans[n][1] < 0 || (int64_t)spans[n][0] + spans[n][1] > code_length / 8) {
            PyErr_SetString(PyExc_ValueError, "a program lies outside its code");
            return 0;
        }
        programs[n] = (Program){code + spans[n][0], spans[n][1]};
    }
    mark_read(&programs[0], read);
    int32_t *late = widths + columns;
    for (size_t n = 0; n < columns; n++) {
        widths[n] = width_of(letters[n]);
        if (!read[n]) late[plan->late_count++] = (int32_t)n;
    }
    plan->programs = programs, plan->widths = widths, plan->late = late;
    if (!read_stacked(p, program, (int32_t)measures)) return 0;
    plan->measure_count = (int32_t)measures, plan->test_count = (int32_t)tests, plan->column_count = (int32_t)columns;
    return 1;
}

PyDoc_STRVAR(prepare_doc,
             "prepare(program, letters, level) -> prepared\n\n"
             "A lowered program, ready to run on columns whose cells the letters describe; in one of the LEVELS compilations, -1 for the best.");

static PyObject *prepare(PyObject *module, PyObject *arguments) {
    PyObject *program;
    const char *letters;
    int level;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Osi", &program, &letters, &level)) return NULL;
    if (level >= levels()) {
        PyErr_SetString(PyExc_ValueError, "this processor cannot do that");
        return NULL;
    }
    Prepared *p = calloc(1, sizeof *p);
    if (!p) return PyErr_NoMemory();
    p->run = RUNS[level < 0 ? levels() - 1 : level];
    PyObject *capsule = read_plan(p, program, letters) ? PyCapsule_New(p, PREPARED, forget_capsule) : NULL;
    if (!capsule) forget(p);
    return capsule;
}

/* ---------------------------------------------------------------- runs */

/* The memory behind an array of so large items, at least so many of them. */
static void *buffer(Scratch *s, int *held, PyObject *array, size_t item, int64_t items, int writable) {
    Py_buffer *view = &s->views[*held];
    if (PyObject_GetBuffer(array, view, PyBUF_C_CONTIGUOUS | (writable ? PyBUF_WRITABLE : 0)) < 0) return NULL;
    ++*held;
    if ((size_t)view->itemsize == item && view->len >= items * (int64_t)item) return view->buf;
    PyErr_Format(PyExc_ValueError, "an array of %zd items of %zu bytes is wanted, not of %zd bytes in items of %zd", (Py_ssize_t)items, item,
                 view->len, view->itemsize);
    return NULL;
}

/* Groups and totals of each dimension; the groups are within their size. */
static int read_dimensions(Scratch *s, int *held, PyObject *given, const Plan *plan, int64_t first, int64_t last, Results *found) {
    const Py_ssize_t count = PyTuple_Size(given);
    if (2 * count >= MORE_VIEWS) {
        PyErr_SetString(PyExc_ValueError, "too many dimensions");
        return 0;
    }
    if (!(found->dimensions = calloc((size_t)count + 1, sizeof(Dimension)))) return PyErr_NoMemory(), 0;
    for (Py_ssize_t n = 0; n < count; n++) {
        PyObject *groups, *totals;
        long long size;
        if (!PyArg_ParseTuple(PyTuple_GetItem(given, n), "OLO", &groups, &size, &totals)) return 0;
        Dimension *to = &found->dimensions[found->dimension_count++];
        to->size = size;
        if (size < 1 || size > INT32_MAX || (groups == Py_None && size != 1)) {
            PyErr_SetString(PyExc_ValueError, "not the size of a dimension");
            return 0;
        }
        if (groups != Py_None && !(to->groups = buffer(s, held, groups, sizeof(int32_t), last, 0))) return 0;
        if (!(to->totals = buffer(s, held, totals, sizeof(int64_t), (plan->measure_count + 1) * size * FIELDS, 1))) return 0;
        uint32_t most = 0;
        for (int64_t row = first; to->groups && row < last; row++) most = (uint32_t)to->groups[row] > most ? (uint32_t)to->groups[row] : most;
        if ((int64_t)most >= size) {
            PyErr_SetString(PyExc_ValueError, "a group beyond the size of its dimension");
            return 0;
        }
    }
    return 1;
}

/* The long rows, measure by measure: how many of each, rows, must, low, high; with stacking rules also what is payable, low, high and what stands. */
static PyObject *by_measure(const Kept *kept, int64_t measures, int64_t blocks, int stacked) {
    PyObject *made[8] = {NULL};
    const int64_t paid = stacked ? kept->count : 0;
    const int64_t sizes[8] = {measures * 8, kept->count * 8, kept->count, kept->count * 8, kept->count * 8, paid * 8, paid * 8, paid};
    PyObject *answer = NULL;
    int64_t *next = calloc((size_t)measures + 1, sizeof *next);
    if (!next) return PyErr_NoMemory();
    for (int n = 0; n < 8; n++)
        if (!(made[n] = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)sizes[n]))) goto done;
    int64_t *counts = (int64_t *)(void *)PyByteArray_AsString(made[0]), *rows = (int64_t *)(void *)PyByteArray_AsString(made[1]);
    uint8_t *must = (uint8_t *)PyByteArray_AsString(made[2]);
    double *low = (double *)(void *)PyByteArray_AsString(made[3]), *high = (double *)(void *)PyByteArray_AsString(made[4]);
    double *paid_low = (double *)(void *)PyByteArray_AsString(made[5]), *paid_high = (double *)(void *)PyByteArray_AsString(made[6]);
    char *stands = PyByteArray_AsString(made[7]);
    for (int64_t n = 0; n < measures; n++) counts[n] = 0;
    for (int64_t n = 0; n < blocks * measures; n++) counts[n % measures] += kept->counts[n];
    for (int64_t n = 1; n < measures; n++) next[n] = next[n - 1] + counts[n - 1];
    for (int64_t n = 0, from = 0; n < blocks * measures; n++) {
        const size_t count = (size_t)kept->counts[n];
        int64_t *to = &next[n % measures];
        if (!count) continue;
        for (size_t i = 0; i < count; i++) rows[*to + (int64_t)i] = kept->rows[from + (int64_t)i];
        memcpy(must + *to, kept->must + from, count);
        memcpy(low + *to, kept->low + from, count * sizeof *low);
        memcpy(high + *to, kept->high + from, count * sizeof *high);
        if (stacked) {
            memcpy(paid_low + *to, kept->paid_low + from, count * sizeof *paid_low);
            memcpy(paid_high + *to, kept->paid_high + from, count * sizeof *paid_high);
            memcpy(stands + *to, kept->stands + from, count);
        }
        *to += kept->counts[n], from += kept->counts[n];
    }
    answer = PyTuple_Pack(8, made[0], made[1], made[2], made[3], made[4], made[5], made[6], made[7]);
done:
    free(next);
    for (int n = 0; n < 8; n++) Py_XDECREF(made[n]);
    return answer;
}

PyDoc_STRVAR(run_doc,
             "run(prepared, columns, first, last, dimensions, rows, tests) -> (dues, doubts)\n\n"
             "Run a prepared program over the rows from first to last. dimensions are groups (None: one), how many there are, and the totals to add\n"
             "to, by measure, group and field, with a last line for all measures in stacking rules together; to what is payable of a measure only\n"
             "that is added by which stacking changes the amount. dues are None, or if `rows`: how many\n"
             "of each measure, and, measure by measure, rows, must, low, high; and with stacking rules what is payable, low, high, and what\n"
             "stands. tests is None, or gets the bits of the tests of each row. doubts are pairs of a row that has no result and the measure, or\n"
             "-1 for all. The interpreter lock is not held.");

static PyObject *run(PyObject *module, PyObject *arguments) {
    PyObject *capsule, *columns, *dimensions, *tests, *answer = NULL, *dues = NULL, *doubts = NULL;
    long long first, last;
    int rows, held = 0;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO!LLO!pO", &capsule, &PyTuple_Type, &columns, &first, &last, &PyTuple_Type, &dimensions, &rows, &tests))
        return NULL;
    Prepared *p = PyCapsule_GetPointer(capsule, PREPARED);
    if (!p) return NULL;
    const Plan *plan = &p->plan;
    if (first < 0 || last < first || last > INT32_MAX || PyTuple_Size(columns) != plan->column_count) {
        PyErr_SetString(PyExc_ValueError, "not rows of these columns");
        return NULL;
    }
    Scratch *s = take(p);
    if (!s) return PyErr_NoMemory();
    Results found = {.dues = s->dues, .pile = s->pile, .kept = s->kept};
    found.kept.wanted = rows, found.kept.count = 0;
    const int64_t blocks = (last - first + ROWS - 1) / ROWS;
    for (int32_t n = 0; n < plan->column_count; n++)
        if (!(s->columns[n] = buffer(s, &held, PyTuple_GetItem(columns, n), (size_t)plan->widths[n], last, 0))) goto done;
    if (!read_dimensions(s, &held, dimensions, plan, first, last, &found)) goto done;
    const int64_t width = (2 * plan->test_count + 7) / 8;
    if (tests != Py_None && !(found.tests = buffer(s, &held, tests, 1, last * width, 1))) goto done;
    if (rows && !enough((void **)&found.kept.counts, blocks * plan->measure_count, &found.kept.counts_room, sizeof *found.kept.counts)) {
        PyErr_NoMemory();
        goto done;
    }
    s->f.columns = s->g.columns = s->columns;
    Py_BEGIN_ALLOW_THREADS
    p->run(&s->f, &s->g, first, last, &found);
    Py_END_ALLOW_THREADS
    if (found.exhausted) {
        PyErr_NoMemory();
        goto done;
    }
    if (rows) dues = by_measure(&found.kept, plan->measure_count, blocks, plan->stacked.line_count > 0);
    else dues = Py_None, Py_INCREF(dues);
    doubts = PyByteArray_FromStringAndSize((const char *)found.doubts, (Py_ssize_t)(found.doubted * (int64_t)sizeof *found.doubts));
    if (dues && doubts) answer = PyTuple_Pack(2, dues, doubts);
done:
    Py_XDECREF(dues);
    Py_XDECREF(doubts);
    for (int n = 0; n < held; n++) PyBuffer_Release(&s->views[n]);
    free(found.dimensions), free(found.doubts);
    s->kept = found.kept;
    s->next = p->free, p->free = s;
    return answer;
}

static PyMethodDef METHODS[] = {{"prepare", prepare, METH_VARARGS, prepare_doc}, {"run", run, METH_VARARGS, run_doc}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_kernel", "The block interpreter (see kernel.py).", 0, METHODS, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) {
    PyObject *module = PyModule_Create(&MODULE);
    if (module && PyModule_AddIntConstant(module, "LEVELS", levels()) < 0) Py_CLEAR(module);
    return module;
}
