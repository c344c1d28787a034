-- Migration: to be written
/* soon */
