/** Getting media from addresses that came from outside: the guard in front, and the download. */
package io.mediakeep.fetch;
