/** Dates as people write them, each with its ISO form. */
import { daysIn, FIRST_YEAR, iso, LAST_YEAR, MONTHS, ordinal, PIVOT, two, weekday } from './calendar.mjs';

/**
 * Choices from a stream of random numbers.
 * @param {import('../../../dist/node.js').Generator} generator
 */
function chooser(generator) {
  const below = (/** @type {number} */ n) => Math.floor(generator.uniform() * n);
  return {
    below,
    /** @template T @param {...T} options @returns {T} */
    one: (...options) => options[below(options.length)],
    /** @param {number} p */
    chance: (p) => generator.uniform() < p,
  };
}

/** @typedef {ReturnType<typeof chooser>} Chooser */

/**
 * One example: a date of 1900 ... 2099 (of the hundred years from PIVOT on where the year has two digits), written
 * in one of the ways below.  Numbers alone are the day first, unless the year of four digits leads.
 * @param {import('../../../dist/node.js').Generator} generator
 * @returns {{ text: string, iso: string }}
 */
export function example(generator) {
  const choose = chooser(generator);
  const write = choose.one(numeric, yearFirst, dayMonth, dayMonth, monthDay, monthDay, yearMonthDay);
  const short = (write === numeric || write === dayMonth || write === monthDay) && choose.chance(0.35);
  const year = short ? PIVOT + choose.below(100) : FIRST_YEAR + choose.below(LAST_YEAR - FIRST_YEAR + 1);
  const month = 1 + choose.below(12);
  const date = { year, month, day: 1 + choose.below(daysIn(year, month)) };
  const text = write(date, choose, short ? two(year % 100) : String(year));
  return { text: choose.one(text, text, text.toLowerCase(), text.toUpperCase()), iso: iso(date) };
}

/** @typedef {(date: import('./calendar.mjs').CalendarDate, choose: Chooser, year: string) => string} Writer */

/** 3.5.19, 03/05/2019, 3-5-2019, 3 5 2019 @type {Writer} */
function numeric({ month, day }, choose, year) {
  const number = choose.one(String, two);
  return [number(day), number(month), year].join(choose.one('.', '.', '/', '-', ' ', '. '));
}

/** 2019-05-03, 2019/5/3, 2019.05.03, 20190503 @type {Writer} */
function yearFirst({ month, day }, choose, year) {
  const between = choose.one('-', '-', '/', '.', ' ', '');
  const number = between === '' ? two : choose.one(String, two, two);
  return [year, number(month), number(day)].join(between);
}

/** 3 May 2019, 3rd of May, 2019, the 3rd of May '19, Fri, 3 May 2019, 3-May-2019 @type {Writer} */
function dayMonth(date, choose, year) {
  const name = monthName(date, choose);
  if (choose.chance(0.15))
    return [choose.one(String(date.day), two(date.day)), name, year].join(choose.one('-', '/', '.'));
  const [article, of] = choose.one(['', ''], ['', ''], ['', 'of '], ['the ', 'of ']);
  const day = article || of ? ordinal(date.day) : dayName(date, choose);
  return `${opening(date, choose)}${article}${day} ${of}${name}${choose.one(' ', ', ')}${shortened(year, choose)}`;
}

/** May 3, 2019, May 3rd 19, May the 3rd, 2019, Friday, May 3, 2019 @type {Writer} */
function monthDay(date, choose, year) {
  const day = choose.chance(0.15) ? `the ${ordinal(date.day)}` : dayName(date, choose);
  const name = monthName(date, choose);
  return `${opening(date, choose)}${name} ${day}${choose.one(' ', ', ', ', ')}${shortened(year, choose)}`;
}

/** 2019 May 3, 2019, May 3rd, 2019-May-03 @type {Writer} */
function yearMonthDay(date, choose, year) {
  const between = choose.one(' ', ' ', '-');
  const day = between === '-' ? two(date.day) : dayName(date, choose);
  const after = between === ' ' && choose.chance(0.3) ? ', ' : between;
  return `${year}${after}${monthName(date, choose)}${between}${day}`;
}

/** May, Jan, Jan., Sept. @param {{ month: number }} date @param {Chooser} choose */
function monthName({ month }, choose) {
  const name = MONTHS[month - 1];
  if (name.length < 4 || choose.chance(0.55)) return name;
  const letters = month === 9 && choose.chance(0.5) ? 4 : 3;
  return name.slice(0, letters) + choose.one('', '', '.');
}

/** 3, 03, 3rd @param {{ day: number }} date @param {Chooser} choose */
function dayName({ day }, choose) {
  return choose.one(String, String, two, ordinal, ordinal)(day);
}

/** What may come before: nothing, the day of the week, on @param {import('./calendar.mjs').CalendarDate} date @param {Chooser} choose */
function opening(date, choose) {
  if (choose.chance(0.6)) return '';
  const name = choose.one(weekday(date), weekday(date).slice(0, 3));
  return `${choose.chance(0.15) ? 'on ' : ''}${name}${choose.one(', ', ' ', ', ')}`;
}

/** 19 or '19 @param {string} year @param {Chooser} choose */
function shortened(year, choose) {
  return year.length === 2 && choose.chance(0.4) ? `'${year}` : year;
}
