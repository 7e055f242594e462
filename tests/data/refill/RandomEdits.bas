' Random edits of a filled sheet by LibreOffice itself, many books in one process.
' Called with the book, a folder, how many, and a seed; writes N.xlsx and N.json (see random_edits.py).
Option Explicit

Private seed As Double

Function Below(limit As Long) As Long
    Dim i As Integer
    For i = 1 To 3
        seed = seed * 16807# - Int(seed * 16807# / 2147483647#) * 2147483647#
    Next
    Below = Int(seed / 2147483647# * limit)
End Function

Function Words() As String
    Words = "会議で確かめる <" & Below(10000) & "> & 「独居」" & Chr(10) & "2行目"
End Function

Function Named(name As String, value As Variant) As Object
    Dim p As New com.sun.star.beans.PropertyValue
    p.Name = name
    p.Value = value
    Named = p
End Function

' Rows of statistics from zero, first and last of the third block.
Function RowsOf(form As Object, idCol As Long) As Variant
    Dim found(300) As Long, n As Long, row As Long
    n = 0
    For row = 7 To 240
        If form.getCellByPosition(idCol, row).String <> "" And n < 299 Then
            n = n + 1
            found(n) = row
        End If
    Next
    found(0) = n
    RowsOf = found
End Function

Sub Sort(form As Object, idCol As Long, col As Long)
    ' The longest run of neighbouring rows of statistics.
    Dim row As Long, top As Long, best As Long, length As Long
    top = -1
    For row = 7 To 240
        If form.getCellByPosition(idCol, row).String <> "" Then
            If top < 0 Then top = row
            If row - top + 1 > length Then
                length = row - top + 1
                best = top
            End If
        Else
            top = -1
        End If
    Next
    Dim field(0) As New com.sun.star.table.TableSortField
    field(0).Field = col
    field(0).IsAscending = (Below(2) = 0)
    Dim how(1) As New com.sun.star.beans.PropertyValue
    how(0).Name = "SortFields"
    how(0).Value = field()
    how(1).Name = "ContainsHeader"
    how(1).Value = False
    form.getCellRangeByPosition(0, best, 100, best + length - 1).sort(how())
End Sub

Sub TypeEntry(form As Object)
    Dim row As Long, col As Long, heading As String, cell As Object, cursor As Object
    For row = 10 To 260
        For col = 0 To 6
            heading = form.getCellByPosition(col, row).String
            If heading = "自由記述" Or heading = "設定した仮説の確認・検証方法" Or heading = "全国平均等との比較" Then
                If Below(6) = 0 Then
                    cell = form.getCellByPosition(col, row + 1)
                    cell.String = Words()
                    If Below(2) = 0 Then
                        cursor = cell.createTextCursor()
                        cursor.gotoStart(False)
                        cursor.goRight(3, True)
                        cursor.CharColor = RGB(255, 0, 0)
                    End If
                End If
            End If
        Next
    Next
End Sub

Sub Main(source, folder, count, start)
    Dim number As Long, file As Integer
    On Error GoTo Failed
    For number = 0 To CLng(count) - 1
        seed = CDbl(start) * 1000 + number * 7 + 12345
        One(source, folder, number)
    Next
    GoTo Finished
Failed:
    file = FreeFile
    Open folder & "/failed.txt" For Output As #file
    Print #file, number & ": " & Error$ & " line " & Erl
    Close #file
Finished:
    StarDesktop.terminate()
End Sub

Sub One(source, folder, number As Long)
    Dim doc As Object, form As Object, sheet As Object, rows As Variant
    Dim idCol As Long, blocks(3) As Long, turn As Long, row As Long, i As Long, kind As Long
    doc = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, Array(Named("Hidden", True)))
    form = doc.Sheets.getByIndex(0)
    idCol = 1
    For i = 0 To 3
        blocks(i) = 4 + 10 * i
    Next
    For turn = 1 To 3 + Below(8)
        rows = RowsOf(form, idCol)
        row = rows(1 + Below(rows(0)))
        kind = Below(12)
        Select Case kind
            Case 0
                Sort(form, idCol, idCol + Below(6))
            Case 1
                form.Rows.insertByIndex(row, 1)
            Case 2
                form.Rows.removeByIndex(row, 1)
            Case 3
                form.Rows.insertByIndex(row + 1, 1)
                form.copyRange(form.getCellByPosition(0, row + 1).CellAddress, _
                    form.getCellRangeByPosition(0, row, 90, row).RangeAddress)
            Case 4
                form.Columns.getByIndex(Below(4)).Width = 2000 + Below(9000)
            Case 5
                form.Rows.getByIndex(row).IsVisible = False
                form.Columns.getByIndex(2 + Below(2)).IsVisible = False
            Case 6
                form.getCellByPosition(blocks(Below(4)) + Below(3), row).Value = 1000.5 + Below(1000)
            Case 7
                form.getCellByPosition(blocks(Below(4)) + Below(3), row).String = "確認中"
            Case 8
                form.Name = "検討 " & Below(100)
            Case 9
                doc.Sheets.insertNewByName("会議メモ" & turn, Below(2) * doc.Sheets.Count)
                sheet = doc.Sheets.getByName("会議メモ" & turn)
                sheet.getCellByPosition(0, 0).String = Words()
                sheet.getCellByPosition(1, 1).Value = 0.125
            Case 10
                form.Annotations.insertNew(form.getCellByPosition(blocks(0), row).CellAddress, Words())
            Case 11
                If idCol = 1 And blocks(0) = 4 Then
                    form.Columns.insertByIndex(4, 1)
                    For i = 0 To 3
                        blocks(i) = blocks(i) + 1
                    Next
                End If
        End Select
        If Below(2) = 0 Then TypeEntry(form)
        If Below(3) = 0 Then form.getCellByPosition(92 + Below(4), row).String = Words()
    Next
    doc.storeToURL(ConvertToURL(folder & "/" & number & ".xlsx"), Array(Named("FilterName", "Calc MS Excel 2007 XML")))
    Dim file As Integer
    file = FreeFile
    Open folder & "/" & number & ".json" For Output As #file
    Print #file, "{""sheet"":""" & form.Name & """,""id_col"":" & idCol & ",""blocks"":[" & blocks(0) & "," & _
        blocks(1) & "," & blocks(2) & "," & blocks(3) & "],""year_row"":5,""first"":7}"
    Close #file
    doc.close(True)
End Sub
