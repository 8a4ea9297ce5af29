# Rows of eight limbs with mulx, adcx and adox. System V calling convention on every system.
# `adx.rs` describes the functions and argues for their bounds.
#
# Names: z is in rdi, a in rsi, and zero is rax. The window is in r8 to r15; which register has its
# lowest limb moves on by one with each row. rdx has the factor of a row.

    .text

# A row but for its last product: the window plus a[0..7]*rdx. The carries of both chains wait for the
# highest limb.
.macro countersign_adx_products w0, w1, w2, w3, w4, w5, w6, w7, a
    mulx rbp, rbx, [\a]
    adox \w0, rbx
    adcx \w1, rbp
    mulx rbp, rbx, [\a + 8]
    adox \w1, rbx
    adcx \w2, rbp
    mulx rbp, rbx, [\a + 16]
    adox \w2, rbx
    adcx \w3, rbp
    mulx rbp, rbx, [\a + 24]
    adox \w3, rbx
    adcx \w4, rbp
    mulx rbp, rbx, [\a + 32]
    adox \w4, rbx
    adcx \w5, rbp
    mulx rbp, rbx, [\a + 40]
    adox \w5, rbx
    adcx \w6, rbp
    mulx rbp, rbx, [\a + 48]
    adox \w6, rbx
    adcx \w7, rbp
.endm

# The last product of a row, into the register that the lowest limb has left.
.macro countersign_adx_top w7, w8, a
    mulx \w8, rbx, [\a + 56]
    adox \w7, rbx
    adcx \w8, rax
    adox \w8, rax
.endm

# Adds z[i] and a*b[i] to the window, and stores the lowest limb in z[i]. b is in rcx.
.macro countersign_adx_row i, w0, w1, w2, w3, w4, w5, w6, w7
    mov rdx, [rcx + 8 * \i]
    xor eax, eax
    adcx \w0, [rdi + 8 * \i]
    countersign_adx_products \w0, \w1, \w2, \w3, \w4, \w5, \w6, \w7, rsi
    mov [rdi + 8 * \i], \w0
    countersign_adx_top \w7, \w0, rsi
.endm

# Adds the multiple of a that clears the lowest limb of the window, and stores the factor. The
# inverse is in rcx.
.macro countersign_adx_clear i, w0, w1, w2, w3, w4, w5, w6, w7
    mov rdx, rcx
    imul rdx, \w0
    mov [rsp + 8 * \i], rdx
    xor eax, eax
    countersign_adx_products \w0, \w1, \w2, \w3, \w4, \w5, \w6, \w7, rsi
    countersign_adx_top \w7, \w0, rsi
.endm

# The second name is the one that Apple's linkers look for.
.macro countersign_adx_function name
    .p2align 5
    .globl \name
    .globl _\name
\name:
_\name:
.endm

.macro countersign_adx_save
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
.endm

.macro countersign_adx_restore
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
.endm

# Rows for as many blocks of b as the word at [rsp] says, which becomes zero. Leaves z behind them.
.macro countersign_adx_rows
2:
    countersign_adx_row 0, r8, r9, r10, r11, r12, r13, r14, r15
    countersign_adx_row 1, r9, r10, r11, r12, r13, r14, r15, r8
    countersign_adx_row 2, r10, r11, r12, r13, r14, r15, r8, r9
    countersign_adx_row 3, r11, r12, r13, r14, r15, r8, r9, r10
    countersign_adx_row 4, r12, r13, r14, r15, r8, r9, r10, r11
    countersign_adx_row 5, r13, r14, r15, r8, r9, r10, r11, r12
    countersign_adx_row 6, r14, r15, r8, r9, r10, r11, r12, r13
    countersign_adx_row 7, r15, r8, r9, r10, r11, r12, r13, r14
    add rdi, 64
    add rcx, 64
    dec qword ptr [rsp]
    jnz 2b
.endm

# Adds the window and the carry in rax to z[0..8], and leaves the carry out in rax.
.macro countersign_adx_finish
    neg rax
    adc r8, [rdi]
    mov [rdi], r8
    adc r9, [rdi + 8]
    mov [rdi + 8], r9
    adc r10, [rdi + 16]
    mov [rdi + 16], r10
    adc r11, [rdi + 24]
    mov [rdi + 24], r11
    adc r12, [rdi + 32]
    mov [rdi + 32], r12
    adc r13, [rdi + 40]
    mov [rdi + 40], r13
    adc r14, [rdi + 48]
    mov [rdi + 48], r14
    adc r15, [rdi + 56]
    mov [rdi + 56], r15
    setc al
    movzx eax, al
.endm

# z in rdi, a in rsi, b in rdx, blocks of b in rcx, carry in r8.
countersign_adx_function countersign_kernels_0_1_adx_multiply_add
    countersign_adx_save
    push r8
    push rcx
    mov rcx, rdx
    xor r8d, r8d
    xor r9d, r9d
    xor r10d, r10d
    xor r11d, r11d
    xor r12d, r12d
    xor r13d, r13d
    xor r14d, r14d
    xor r15d, r15d
    countersign_adx_rows
    mov rax, [rsp + 8]
    countersign_adx_finish
    add rsp, 16
    countersign_adx_restore
    ret

# z in rdi, n in rsi, blocks of n but the first in rdx, the inverse in rcx, carry in r8.
countersign_adx_function countersign_kernels_0_1_adx_reduce
    countersign_adx_save
    sub rsp, 80
    mov [rsp + 64], rdx
    mov [rsp + 72], r8
    mov r8, [rdi]
    mov r9, [rdi + 8]
    mov r10, [rdi + 16]
    mov r11, [rdi + 24]
    mov r12, [rdi + 32]
    mov r13, [rdi + 40]
    mov r14, [rdi + 48]
    mov r15, [rdi + 56]
    countersign_adx_clear 0, r8, r9, r10, r11, r12, r13, r14, r15
    countersign_adx_clear 1, r9, r10, r11, r12, r13, r14, r15, r8
    countersign_adx_clear 2, r10, r11, r12, r13, r14, r15, r8, r9
    countersign_adx_clear 3, r11, r12, r13, r14, r15, r8, r9, r10
    countersign_adx_clear 4, r12, r13, r14, r15, r8, r9, r10, r11
    countersign_adx_clear 5, r13, r14, r15, r8, r9, r10, r11, r12
    countersign_adx_clear 6, r14, r15, r8, r9, r10, r11, r12, r13
    countersign_adx_clear 7, r15, r8, r9, r10, r11, r12, r13, r14
    # Now the eight factors are a, and the rest of n is b.
    lea rcx, [rsi + 64]
    mov rsi, rsp
    add rdi, 64
    push qword ptr [rsp + 64]
    countersign_adx_rows
    mov rax, [rsp + 80]
    countersign_adx_finish
    add rsp, 88
    countersign_adx_restore
    ret

# A product of a triangle, but for the last of a row: a[j]*rdx.
.macro countersign_adx_inner j, low, high
    mulx rbp, rbx, [rsi + 8 * \j]
    adox \low, rbx
    adcx \high, rbp
.endm

# The last product of a row, in which the carries of both chains end.
.macro countersign_adx_outer low, high
    mulx \high, rbx, [rsi + 56]
    adox \low, rbx
    adcx \high, rax
    adox \high, rax
.endm

# z in rdi, a in rsi. Limb p of the result is in register r(8 + p mod 8).
countersign_adx_function countersign_kernels_0_1_adx_triangle
    countersign_adx_save
    mov rdx, [rsi]
    xor eax, eax
    mov [rdi], rax
    mov [rdi + 120], rax
    mulx r10, r9, [rsi + 8]
    mulx r11, rbx, [rsi + 16]
    adcx r10, rbx
    mulx r12, rbx, [rsi + 24]
    adcx r11, rbx
    mulx r13, rbx, [rsi + 32]
    adcx r12, rbx
    mulx r14, rbx, [rsi + 40]
    adcx r13, rbx
    mulx r15, rbx, [rsi + 48]
    adcx r14, rbx
    mulx r8, rbx, [rsi + 56]
    adcx r15, rbx
    adcx r8, rax
    mov [rdi + 8], r9
    mov [rdi + 16], r10
    mov rdx, [rsi + 8]
    xor eax, eax
    countersign_adx_inner 2, r11, r12
    countersign_adx_inner 3, r12, r13
    countersign_adx_inner 4, r13, r14
    countersign_adx_inner 5, r14, r15
    countersign_adx_inner 6, r15, r8
    countersign_adx_outer r8, r9
    mov [rdi + 24], r11
    mov [rdi + 32], r12
    mov rdx, [rsi + 16]
    xor eax, eax
    countersign_adx_inner 3, r13, r14
    countersign_adx_inner 4, r14, r15
    countersign_adx_inner 5, r15, r8
    countersign_adx_inner 6, r8, r9
    countersign_adx_outer r9, r10
    mov [rdi + 40], r13
    mov [rdi + 48], r14
    mov rdx, [rsi + 24]
    xor eax, eax
    countersign_adx_inner 4, r15, r8
    countersign_adx_inner 5, r8, r9
    countersign_adx_inner 6, r9, r10
    countersign_adx_outer r10, r11
    mov [rdi + 56], r15
    mov [rdi + 64], r8
    mov rdx, [rsi + 32]
    xor eax, eax
    countersign_adx_inner 5, r9, r10
    countersign_adx_inner 6, r10, r11
    countersign_adx_outer r11, r12
    mov [rdi + 72], r9
    mov [rdi + 80], r10
    mov rdx, [rsi + 40]
    xor eax, eax
    countersign_adx_inner 6, r11, r12
    countersign_adx_outer r12, r13
    mov [rdi + 88], r11
    mov [rdi + 96], r12
    mov rdx, [rsi + 48]
    xor eax, eax
    countersign_adx_outer r13, r14
    mov [rdi + 104], r13
    mov [rdi + 112], r14
    countersign_adx_restore
    ret

# Doubles two limbs of z, and adds the square of a limb of a.
.macro countersign_adx_square i
    mov rdx, [rsi + 8 * \i]
    mulx r9, r8, rdx
    mov r10, [rdi + 16 * \i]
    mov r11, [rdi + 16 * \i + 8]
    adcx r10, r10
    adox r10, r8
    adcx r11, r11
    adox r11, r9
    mov [rdi + 16 * \i], r10
    mov [rdi + 16 * \i + 8], r11
.endm

# z in rdi, a in rsi, blocks of a in rdx. Nothing between the rows may change a flag.
countersign_adx_function countersign_kernels_0_1_adx_squares
    mov rcx, rdx
    xor eax, eax
3:
    countersign_adx_square 0
    countersign_adx_square 1
    countersign_adx_square 2
    countersign_adx_square 3
    countersign_adx_square 4
    countersign_adx_square 5
    countersign_adx_square 6
    countersign_adx_square 7
    lea rdi, [rdi + 128]
    lea rsi, [rsi + 64]
    lea rcx, [rcx - 1]
    jrcxz 4f
    jmp 3b
4:
    ret

# Where a link merges all code, another version of this file may follow, and names its macros alike.
    .purgem countersign_adx_products
    .purgem countersign_adx_top
    .purgem countersign_adx_row
    .purgem countersign_adx_clear
    .purgem countersign_adx_function
    .purgem countersign_adx_save
    .purgem countersign_adx_restore
    .purgem countersign_adx_rows
    .purgem countersign_adx_finish
    .purgem countersign_adx_inner
    .purgem countersign_adx_outer
    .purgem countersign_adx_square
