/** Dates of the Gregorian calendar from 1900 to 2099, and their names in English. */

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const [FIRST_YEAR, LAST_YEAR] = [1900, 2099];

/**
 * The first of the hundred years that two digits stand for: 69 ... 99 are 1969 ... 1999, and 00 ... 68 are
 * 2000 ... 2068, as in POSIX (strptime, %y).
 */
export const PIVOT = 1969;

/** @typedef {{ year: number, month: number, day: number }} CalendarDate month and day from 1 on */

/** @param {number} year @param {number} month from 1 on */
export function daysIn(year, month) {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return DAYS[month - 1] + (month === 2 && leap ? 1 : 0);
}

/** @param {CalendarDate} date */
export function weekday({ year, month, day }) {
  // 1 January 1900 was a Monday.
  let days = day - 1;
  for (let y = FIRST_YEAR; y < year; y++) days += 337 + daysIn(y, 2);
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  return WEEKDAYS[days % 7];
}

/** @param {CalendarDate} date @returns {string} 2019-05-03 */
export function iso({ year, month, day }) {
  return `${year}-${two(month)}-${two(day)}`;
}

/** @param {number} n */
export function two(n) {
  return String(n).padStart(2, '0');
}

/** @param {number} n @returns {string} 1st, 2nd, 3rd, 4th, 11th, ... */
export function ordinal(n) {
  const teens = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${(!teens && ['th', 'st', 'nd', 'rd'][n % 10]) || 'th'}`;
}
